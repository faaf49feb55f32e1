"""A provider of single sign-on that can be told to do one thing wrong; run as a program, it prints its port.

 PUT /fault with a name from FAULTS, or with none of them for a faultless answer. Unlike the provider
of oidc-provider-mock it insists on PKCE.
"""

import hmac
import json
import sys
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
# What each changes in a faultless token; a callable gets the claims.
CLAIMS = {
    "issuer": {"iss": "https://elsewhere.example.gov.tw"},
    "no issuer": {"iss": None},
    "audience": {"aud": "another-service"},
    "no audience": {"aud": None},
    "another party": {"aud": ["scorecard", "another-service"], "azp": "another-service"},
    "nonce": {"nonce": "of another login"},
    "expired": {"exp": 1_000_000_000},
    "no end": {"exp": None},
}
# Refused, each with 400.
FAULTS = [*CLAIMS, "key", "algorithm", "no signature", "no token", "not a token", "unknown kid", "two keys"]
FAULTS += ["no keys", "no object"]
# The provider answers with an error, or not with what it should: 502.
BROKEN = ["token 500", "keys 500", "not JSON"]


def public_jwk(key, kid):
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig", "alg": "RS256"}


class Twin(BaseHTTPRequestHandler):
    fault = ""
    codes = {}

    def log_message(self, *arguments):
        pass

    def do_PUT(self):
        Twin.fault = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer({})

    def do_GET(self):
        if self.path == "/jwks":
            self.answer(self.keys(), status=500 if Twin.fault == "keys 500" else 200)
        else:
            self.answer({"sub": "somebody-else" if Twin.fault == "userinfo" else "1", "preferred_username": "viewer"})

    def do_POST(self):
        sent = first_values(self.body())
        address = urlsplit(self.path)
        if address.path == "/authorize":
            self.send_back(first_values(address.query))
        else:
            self.send_token(sent)

    def send_back(self, asked):
        code = token_urlsafe(16)
        Twin.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_token(self, sent):
        asked = Twin.codes.pop(sent.get("code"), None)
        if asked is None or Twin.fault == "token 500":
            self.answer({"error": "invalid_grant"}, status=400 if asked is None else 500)
            return
        challenge = urlsafe_b64encode(sha256(sent.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if (asked.get("code_challenge_method"), asked.get("code_challenge")) != ("S256", challenge):
            self.answer({"error": "invalid_grant"}, status=400)
        elif Twin.fault == "no object":
            self.answer(["a list"])
        else:
            self.answer({"access_token": "a", "token_type": "Bearer", "id_token": self.token(asked["nonce"])})

    def token(self, nonce):
        now = int(time.time())
        claims = {"iss": f"http://{self.headers['Host']}", "aud": "scorecard", "sub": "1", "nonce": nonce}
        claims |= {"iat": now, "exp": now + 60} | CLAIMS.get(Twin.fault, {})
        claims = {name: value for name, value in claims.items() if value is not None}
        kid = {"unknown kid": {"kid": "unknown"}, "no kid": {}}.get(Twin.fault, {"kid": "1"})
        if Twin.fault == "no token":
            return None
        if Twin.fault == "not a token":
            return "a.b"
        if Twin.fault == "no signature":
            return jwt.encode(claims, None, algorithm="none", headers=kid)
        if Twin.fault == "algorithm":
            return signed_with_public_key(claims)
        return jwt.encode(claims, OTHER_KEY if Twin.fault == "key" else KEY, algorithm="RS256", headers=kid)

    def keys(self):
        if Twin.fault == "no keys":
            return {}
        keys = [public_jwk(KEY, "1")]
        if Twin.fault == "two keys":
            keys.append(public_jwk(OTHER_KEY, "1"))
        if Twin.fault == "rolled over":
            keys = [public_jwk(KEY, "1"), public_jwk(OTHER_KEY, "2"), {"kty": "EC", "use": "enc", "kid": "3"}]
        return {"keys": keys}

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def answer(self, content, status=200):
        body = b"<html>" if Twin.fault == "not JSON" else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def first_values(query):
    return {name: values[0] for name, values in parse_qs(query).items()}


def signed_with_public_key(claims):
    """HS256 with the provider's public key as the secret: taken for right where the token chooses the algorithm."""
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "1"}, claims]
    text = ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    signature = urlsafe_b64encode(hmac.digest(PUBLIC_PEM, text.encode(), "sha256")).decode().rstrip("=")
    return f"{text}.{signature}"


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Twin)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
