"""Single sign-on by OpenID Connect: who the provider's token names, if the token is right in every part.

mozilla-django-oidc compares signature, algorithm and nonce, and neither audience nor issuer: a token that the provider
made for another of its services would open this one. Somebody without an account is refused; no account is created.
Imported with OIDC_ISSUER alone, since the package is optional.
"""

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from scorecard.models import User


class OIDCBackend(OIDCAuthenticationBackend):
    def verify_token(self, token, **kwargs):
        """The claims. Raises SuspiciousOperation, or PyJWTError, for a token that is not for us, here and now."""
        claims = super().verify_token(token, **kwargs)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self.OIDC_RP_CLIENT_ID not in audiences:
            raise SuspiciousOperation("The token is for another audience.")
        if len(audiences) > 1 and claims.get("azp") != self.OIDC_RP_CLIENT_ID:
            raise SuspiciousOperation("The token was given to another party.")
        if claims.get("iss") != settings.OIDC_ISSUER:
            raise SuspiciousOperation("The token is of another issuer.")
        if "exp" not in claims:
            raise SuspiciousOperation("The token has no end.")
        return claims

    def retrieve_matching_jwk(self, token):
        """The provider's key for the token: by its name, or the only one if the token names none."""
        response = requests.get(self.OIDC_OP_JWKS_ENDPOINT, timeout=settings.OIDC_TIMEOUT)
        response.raise_for_status()
        wanted = jwt.get_unverified_header(token).get("kid")
        keys = [key for key in response.json()["keys"] if self._may_sign(key) and wanted in (None, key.get("kid"))]
        if len(keys) != 1:
            raise SuspiciousOperation(f"{len(keys)} keys of the provider fit the token.")
        return jwt.PyJWK(keys[0], algorithm=self.OIDC_RP_SIGN_ALGO)

    def _may_sign(self, key):
        is_for_signing = key.get("kty") == "RSA" and key.get("use", "sig") == "sig"
        return is_for_signing and key.get("alg", self.OIDC_RP_SIGN_ALGO) == self.OIDC_RP_SIGN_ALGO

    def get_userinfo(self, access_token, id_token, payload):
        """Raises SuspiciousOperation where it is about somebody else than the token."""
        claims = super().get_userinfo(access_token, id_token, payload)
        if claims.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("The provider speaks of somebody else than its token.")
        return claims

    def verify_claims(self, claims):
        return bool(self.describe_user_by_claims(claims))

    def describe_user_by_claims(self, claims):
        """The account's name as the provider gives it; "" where it gives none."""
        name = claims.get(settings.OIDC_USERNAME_CLAIM)
        return name if isinstance(name, str) else ""

    def filter_users_by_claims(self, claims):
        """The active account of exactly this name. A database may take different letters for equal."""
        name = self.describe_user_by_claims(claims)
        # For the page that refuses.
        self.request.named_by_provider = name
        return [user for user in User.objects.filter(username=name, is_active=True) if user.username == name]
