"""The style guide's URL. The site includes it with DEBUG only."""

from django.urls import path

from scorecard.styleguide import views

urlpatterns = [path("", views.style, name="style")]
