"""The whole site: the scorecard at the root, Django's admin for reference data beside it."""

from django.conf import settings
from django.urls import include, path

from scorecard.admin import site

urlpatterns = [
    path("admin/", site.urls),
    path("", include("scorecard.urls")),
]
if settings.DEBUG:
    # Here alone, so that a server for others never imports it.
    urlpatterns.append(path("style/", include("scorecard.styleguide.urls")))
