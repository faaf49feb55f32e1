"""Registers the triggers and the checks of the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ScorecardConfig(AppConfig):
    name = "scorecard"
    verbose_name = "平衡計分卡"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # Not at the top: models cannot be imported before the apps are ready.
        from scorecard import checks  # noqa: F401
        from scorecard.models import triggers

        pre_migrate.connect(triggers.remove_before_migrate, sender=self, dispatch_uid="scorecard_triggers")
        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="scorecard_triggers")
