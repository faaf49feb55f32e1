"""The addresses with OIDC_ISSUER set: single sign-on, and log-out that also leads to the provider's."""

from django.urls import path

from bsc_site.urls import urlpatterns as site_patterns
from scorecard.views import oidc

urlpatterns = [
    # The names are those that mozilla-django-oidc looks for.
    path("account/oidc/login/", oidc.Begin.as_view(), name="oidc_authentication_init"),
    path("account/oidc/callback/", oidc.Callback.as_view(), name="oidc_authentication_callback"),
    # Before the site's own, which end the login here alone.
    path("account/logout/", oidc.LogOut.as_view()),
    path("admin/logout/", oidc.LogOut.as_view()),
    *site_patterns,
]
