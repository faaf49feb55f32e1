"""Gives every request its number and the client's real address."""

from django.conf import settings

from scorecard.domain.request_origin import Origin, client_address, current, is_trusted, request_number
from scorecard.web.single_sign_on import header_key


class RequestOriginMiddleware:
    """Middleware, the first of all: from here on REMOTE_ADDR is the person's computer, whatever is in between.

    The number is the proxy's X-Request-ID; where there is none, a new one. It goes back in the same header.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        remote = request.META.get("REMOTE_ADDR", "")
        proxies = settings.TRUSTED_PROXIES
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        origin = Origin(
            client_address(remote, forwarded, proxies),
            request_number(sent, is_from_proxy=is_trusted(remote, proxies)),
        )
        request.META["REMOTE_ADDR"] = origin.address
        # Whoever reaches the site beside the proxy names nobody. A socket file, which has no address, is the proxy's.
        if settings.SSO_USER_HEADER and proxies and remote and not is_trusted(remote, proxies):
            request.META.pop(header_key(), None)
        # For the line that Django writes of a refused request when it is past every middleware.
        request.request_id = origin.request_id
        token = current.set(origin)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
        response["X-Request-ID"] = origin.request_id
        return response
