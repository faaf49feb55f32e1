"""The whole site: the scorecard at the root, Django's admin for reference data beside it."""

from django.urls import include, path

from scorecard.admin import site

urlpatterns = [
    path("admin/", site.urls),
    path("", include("scorecard.urls")),
]
