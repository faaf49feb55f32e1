"""Tells the other side what was asked, proposed, decided and said about a draft.

Staff are told no more than that there is something on the page of the consultation: a notice, and its mail, stay when
they may not see the draft any more. Nobody is told of what they did themselves.
"""

from collections.abc import Collection, Iterable

from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import EditionCommentKind, NoticeKind, Role
from scorecard.domain.roc_years import date_text
from scorecard.models import Division, EditionComment, Notice, Plan, TargetProposal, User
from scorecard.services import notices
from scorecard.services.mail import one_line
from scorecard.services.recipients import members_of, reviewers_of, staff_of, with_role

ON_THE_PAGE = "請至徵詢頁。"
OVER = "徵詢已結束；如需補充意見，請洽審核人員。"


def _page(plan: Plan) -> str:
    return reverse("consultation", args=[plan.agency.slug, plan.year])


def _tell(plan: Plan, by: User, people: Iterable[User], *, key: str, subject: str, text: str, path: str) -> None:
    for user in people:
        if user.pk != by.pk:
            notices.tell(
                recipient=user,
                kind=NoticeKind.CONSULTATION,
                key=key,
                subject=subject,
                text=text,
                path=path,
                agency=plan.agency,
            )


def _staff_of_the_draft(plan: Plan) -> list[User]:
    divisions = Division.objects.filter(pk__in=plan.kpis.values("division"))
    return staff_of(members_of(plan.agency_id), divisions)


def tell_of_consultation(plan: Plan, *, by: User) -> None:
    """The staff of every division that has KPIs in the draft, again when the day changes."""
    until = plan.consultation_until
    if until is None:
        raise ValueError("Only a draft that is shared has a last day.")
    subject = f"{plan.title}草案徵詢中，請於 {date_text(until)}前表示意見"
    key = f"consultation:{plan.pk}:{until}"
    _tell(plan, by, _staff_of_the_draft(plan), key=key, subject=subject, text=ON_THE_PAGE, path=_page(plan))


def tell_of_end(plan: Plan, *, by: User) -> None:
    """The same people, once it is over before its day."""
    subject = f"{plan.title}草案的徵詢已提前結束"
    key = f"consultation-over:{plan.pk}:{timezone.now():%Y-%m-%dT%H:%M:%S}"
    _tell(plan, by, _staff_of_the_draft(plan), key=key, subject=subject, text=OVER, path="")


def tell_of_answers(
    *, by: User, plan: Plan, proposals: Collection[TargetProposal], comments: Collection[EditionComment]
) -> None:
    """The reviewers, once for what a person sent together."""
    counts = []
    if proposals:
        counts.append(f"建議目標值 {len(proposals)} 項")
    if comments:
        counts.append(f"意見 {len(comments)} 則")
    last_proposal = max((row.pk for row in proposals), default=0)
    last_comment = max((row.pk for row in comments), default=0)
    _tell(
        plan,
        by,
        reviewers_of(members_of(plan.agency_id)),
        key=f"answered:{plan.pk}:{last_proposal}:{last_comment}",
        subject=f"{one_line(by.signature)}：{plan.title}草案徵詢",
        text=f"{'、'.join(counts)}。{ON_THE_PAGE}",
        path=_page(plan),
    )


def tell_of_decision(proposal: TargetProposal, *, by: User, plan: Plan) -> None:
    """Who proposed it, while they are of the agency; once until they read it, however many were decided."""
    people = [row.user for row in members_of(plan.agency_id) if row.user_id == proposal.by_id]
    is_shared = plan.is_shared_on(timezone.localdate())
    start = f"decided:{plan.pk}:"
    read = Notice.objects.filter(recipient=proposal.by_id, key__startswith=start, read_at__isnull=False).count()
    _tell(
        plan,
        by,
        people,
        key=f"{start}{read}",
        subject=f"{plan.title}草案徵詢：您提出的建議目標值有處理結果",
        text=ON_THE_PAGE if is_shared else OVER,
        path=_page(plan) if is_shared else "",
    )


def tell_of_comment(comment: EditionComment, *, plan: Plan) -> None:
    """送請核定: the admins. 退回修正: the reviewers. 意見: whoever of those who see drafts spoke before.

    A comment on a KPI of a shared draft is told to its division's staff as well, without its text.
    """
    members = members_of(plan.agency_id)
    by = comment.by
    keepers = with_role(members, Role.REVIEWER, Role.ADMIN)
    if comment.kind == EditionCommentKind.SENT_FOR_ADOPTION:
        keepers = with_role(members, Role.ADMIN)
    elif comment.kind == EditionCommentKind.SENT_BACK:
        keepers = with_role(members, Role.REVIEWER)
    else:
        spoke = set(EditionComment.objects.filter(plan=plan).values_list("by", flat=True))
        keepers = [user for user in keepers if user.pk in spoke]
    _tell(
        plan,
        by,
        keepers,
        key=f"edition-comment:{comment.pk}",
        subject=f"{one_line(by.signature)}：{plan.title}{comment.get_kind_display()} {one_line(comment.about)}".strip(),
        text=comment.text,
        path=reverse("compare", args=[plan.agency.slug, plan.year]),
    )
    if comment.kpi is not None and plan.is_shared_on(timezone.localdate()):
        _tell(
            plan,
            by,
            staff_of(members, [comment.kpi.division]),
            key=f"edition-comment:{comment.pk}",
            subject=f"{plan.title}草案徵詢：有新的意見",
            text=ON_THE_PAGE,
            path=_page(plan),
        )
