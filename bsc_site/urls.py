"""Addresses of the site: the scorecard at the root, the admin for reference data at admin/."""

from django.conf import settings
from django.urls import include, path

from scorecard.admin import site

urlpatterns = [path("admin/", site.urls)]
if settings.DEBUG:
    # Only here: a server in use never imports it.
    urlpatterns.append(path("style/", include("scorecard.styleguide.urls")))
# Last, since it ends with the addresses that begin with an agency.
urlpatterns.append(path("", include("scorecard.urls")))
