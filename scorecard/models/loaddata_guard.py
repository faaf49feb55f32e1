"""Keeps `manage.py loaddata` from overwriting rows: a key in a file says nothing of the row with that key here."""

from django.core.management.base import CommandError

from scorecard.models.audit import AuditHead


def refuse_to_overwrite(sender, instance, raw, using, **kwargs):
    """Receives pre_save. raw: the row comes from a file, with the file's key. Raises CommandError.

    A row that is the same already may be loaded again. The head of the audit chain is there from the first migrate on.
    """
    if not raw or sender._meta.app_label != "scorecard" or sender is AuditHead or instance.pk is None:
        return
    names = [field.attname for field in sender._meta.concrete_fields]
    present = sender._base_manager.using(using).filter(pk=instance.pk).first()
    if present is None or all(getattr(present, name) == getattr(instance, name) for name in names):
        return
    raise CommandError(
        f"檔案會把資料庫中的{sender._meta.verbose_name}「{present}」改為「{instance}」，"
        "loaddata 不覆寫既有的資料。沒有載入任何內容；載入計畫請改用 manage.py load_plan。"
    )
