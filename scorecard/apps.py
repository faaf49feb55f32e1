"""Registers the triggers, the checks and what migrate and loaddata ask first."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate, pre_save


class ScorecardConfig(AppConfig):
    name = "scorecard"
    verbose_name = "平衡計分卡"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # Not at the top: models cannot be imported before the apps are ready.
        from scorecard import checks  # noqa: F401
        from scorecard.models import triggers
        from scorecard.models.loaddata_guard import refuse_to_overwrite
        from scorecard.models.migration_checks import look_before_migrating
        from scorecard.services.revisions import keep_bases_after_migrate

        # In this order: what stops a migration leaves the triggers where they are.
        pre_migrate.connect(look_before_migrating, sender=self, dispatch_uid="scorecard_look_first")
        pre_migrate.connect(triggers.remove_before_migrate, sender=self, dispatch_uid="scorecard_triggers")
        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="scorecard_triggers")
        post_migrate.connect(keep_bases_after_migrate, sender=self, dispatch_uid="scorecard_revisions")
        pre_save.connect(refuse_to_overwrite, dispatch_uid="scorecard_loaddata")
