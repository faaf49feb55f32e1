"""提醒: the button that reminds a year's staff and reviewers by mail."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from scorecard.domain.policies import RuleBroken
from scorecard.services.reminders import remind_now
from scorecard.web import access


@require_POST
def remind(request, agency, year):
    """The page then lists who was reminded and who could not be."""
    edition = access.get_edition_to_review(request, agency, year)
    try:
        reminded = remind_now(by=request.user, plan=edition.plan, day=timezone.localdate())
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    else:
        _add_messages(request, reminded)
    return redirect("review", agency=agency, year=year)


def _add_messages(request, reminded):
    if reminded.notices:
        names = "、".join(str(notice.user) for notice in reminded.notices)
        messages.success(request, f"已提醒 {len(reminded.notices)} 人：{names}。")
    elif not (reminded.earlier or reminded.skipped):
        messages.info(request, "沒有需要提醒的人：沒有缺漏的填報，也沒有等候其他審核人員的填報。")
    if reminded.earlier:
        names = "、".join(str(notice.user) for notice in reminded.earlier)
        messages.info(request, f"今天已提醒過，不再寄信：{names}。")
    if reminded.skipped:
        names = "、".join(f"{skipped.user}（{skipped.reason}）" for skipped in reminded.skipped)
        messages.warning(request, f"無法寄信提醒：{names}。")
