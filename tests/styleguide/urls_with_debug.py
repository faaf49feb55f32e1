"""The site's addresses as with DEBUG: tests run without it, and addresses are read once."""

from django.urls import include, path

from bsc_site import urls

urlpatterns = [*urls.urlpatterns, path("style/", include("scorecard.styleguide.urls"))]
