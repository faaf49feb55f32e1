"""The style guide's page. The site includes it with DEBUG alone."""

from django.urls import path

from scorecard.styleguide import views

urlpatterns = [path("", views.style, name="style")]
