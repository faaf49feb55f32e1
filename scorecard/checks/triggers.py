"""Every trigger is in the database as models/triggers.py defines it, and no other."""

from django.core.checks import Error

from scorecard.read_models.trigger_verification import verify_triggers

HINT = (
    "請查明原因，以擁有資料表的角色執行 manage.py migrate，重新建立全部觸發程序，"
    "再執行 manage.py verify_audit 確認稽核紀錄完整。"
)


def findings(connection):
    """connection: the site's, which verify_triggers() asks."""
    return [Error(sentence, hint=HINT, id="scorecard.E017") for sentence in verify_triggers().sentences]
