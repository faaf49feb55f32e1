"""Whatever anybody does anywhere, a closed year stays as it was closed (docs/decisions/0011, 0028).

Under one clock what its pages say and every file of it have the same bytes before and after.
"""

import io
import re
import shutil
import zipfile
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import cycle

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError, RestrictedError
from django.urls import reverse
from django.utils import timezone

from scorecard.documents import annual_report_pdf
from scorecard.documents.year_snapshot_check import check_snapshot
from scorecard.domain.choices import PlanState, Role
from scorecard.domain.signatures import kept_name
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Agency,
    Division,
    KeptName,
    Membership,
    Objective,
    Plan,
    Submission,
    Theme,
    User,
    YearlyReport,
    YearlyValue,
    triggers,
)
from scorecard.pdf import jobs
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services import audit, divisions, editions
from scorecard.services.year_closing import close_year
from tests import factories
from tests.page_reading import address, client_of, form_to
from tests.robust.write_actions import ACTS, DONE, EARLIER_YEAR, make_scene

pytestmark = pytest.mark.django_db(transaction=True)

SERVER_ERROR = 500
REASON = "依年度策略會議決議"
NOW = timezone.make_aware(datetime(2017, 5, 2, 9, 0))
MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
READ = (
    "dashboard",
    "strategy_map",
    "scorecard",
    "objective",
    "theme",
    "kpi",
    "division",
    "downloads",
    "annual_report_page",
    "compare",
    "target_adjustments",
    "revisions",
)
REPORTED = ("reporting", "reporting_table", "reporting_evidence", "reporting_receipts", "reporting_receipt")
# Whoever may do more than the reader sees more on the readers' pages, too.
PAGES = {
    "viewer": (*READ, *REPORTED, "review", "plan_year"),
    "staff": (*REPORTED, "kpi", "division"),
    "reviewer": (
        "plan_year",
        "reporting_receipts",
        "reporting_receipt",
        "review",
        "strategy_map_links",
        "kpi",
        "objective",
    ),
    "admin": (*READ, "review", "strategy_map_links", "plan_year", "compare_lineage", "consultation"),
}
# Made anew each time, but for their time the same.
FILES = ("map_svg", "plan_json", "scores_json", "scorecard_csv", "map_pdf", "scorecard_pdf", "annual_report")
DATA = ("plan_json", "scores_json", "scorecard_csv")
SHEETS = ("kpi_pdf", "division_pdf")
BOOKS = ("scorecard_xlsx", "scorecard_ods", "agency_form_xlsx", "agency_form_ods", "target_adjustments_xlsx")
BOOKS += ("target_adjustments_ods",)
FROZEN = ("report.pdf", "scorecard.xlsx", "scorecard.ods", "form.xlsx", "map.svg", "data.json", "all.zip")
# One after the other in the open year beside it; what reopens the closed one is another story.
IN_TURN = (
    "keep_unsaved restore save confirm attach remove_evidence comment comment_in_review submit approve return remind "
    "send_reminders change_year add_link change_link remove_link invite invite_again accept_invitation change_member "
    "switch_off_member remove_member name_deputy end_deputyship read_notices transfer add_correction write_reason "
    "cut_lineage open_year "
    "begin_next_year carry_forward discard_draft gather_revision"
).split()


@pytest.fixture(params=["drawn", pytest.param("written", marks=pytest.mark.long)])
def scene(request, monkeypatch):
    """2015 is closed with real files. Only a long look writes PDFs; what they are drawn from is asked for in any."""
    with monkeypatch.context() as patched:
        if request.param == "drawn":
            for module in (jobs, annual_report_pdf):
                patched.setattr(module, "get_or_make", lambda key, build, **options: build().html.encode())
        with before_names_were_kept(monkeypatch):
            made = make_scene(with_a_past=True, close=partial(close_year, approval=factories.approval()))
        yield made


@contextmanager
def before_names_were_kept(monkeypatch):
    """Every other event written meanwhile lacks its actor's name; then comes the migration that keeps the names."""
    triggers.remove(connection)
    with monkeypatch.context() as patched:
        turns = cycle((True, False))
        patched.setattr(audit, "kept_name", lambda by: kept_name(by) if next(turns) else "")
        yield
    import_module("scorecard.migrations.0018_kept_names").keep_names(apps, None)
    triggers.install(connection)
    assert KeptName.objects.exists()


def arguments(closed):
    """What the addresses of the closed year's pages name."""
    first = KPI.objects.select_related("division").get(plan=closed, code="AC1.1")
    codes = {"objective": "AC1", "theme": "A", "kpi": "AC1.1"}
    own = {"division_id": first.division_id}
    return {
        **{name: {"code": code} for name, code in codes.items()},
        "kpi_pdf": {"code": "AC1.1"},
        "division": own,
        "division_pdf": own,
        "reporting_table": own,
        "reporting_evidence": {**own, "code": "AC1.1"},
        "reporting_receipt": {"serial": Submission.objects.filter(plan=closed).latest("serial").serial},
    }


def everything_of(scene, closed, monkeypatch):
    """{(role, page or file): what it says} of the closed year at one moment.

    After SQLite (`make test`) what one reader sees, since the others' pages and files are drawn from the same rows.
    """
    with monkeypatch.context() as patched:
        patched.setattr("django.utils.timezone.now", lambda: NOW)
        return _everything_of(scene, closed)


def _everything_of(scene, closed):
    where, said = arguments(closed), {}
    place = {"agency": closed.agency.slug, "year": closed.year}
    is_drawn = connection.vendor == "sqlite"
    for role, names in PAGES.items() if is_drawn else [("viewer", READ)]:
        client = client_of(User.objects.get(pk=getattr(scene.cast, role).pk))
        for name in names:
            response = client.get(reverse(name, kwargs=place | where.get(name, {})))
            page = TOKEN.sub("", response.content.decode())
            said[role, name] = MAIN.search(page)[0] if response.status_code == 200 else response.status_code
    viewer = client_of(scene.cast.viewer)
    # Each is made anew, not taken from where the first one was kept.
    shutil.rmtree(settings.PDF_FOLDER, ignore_errors=True)
    for name in (*FILES, *SHEETS) if is_drawn else DATA:
        said["viewer", name] = viewer.get(reverse(name, kwargs=place | where.get(name, {}))).content
    for name in BOOKS if is_drawn else ():
        said["viewer", name] = parts(viewer.get(reverse(name, kwargs=place)).content)
    for file in FROZEN:
        said["viewer", file] = viewer.get(reverse("year_snapshot", kwargs=place | {"number": 1, "file": file})).content
    return said


def parts(content):
    """The files in a spreadsheet by name, without the time at which it was made."""
    made = re.compile(rb"<(dcterms:\w+|dc:date|meta:creation-date)\b[^>]*>[^<]*</\1>")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: made.sub(b"", book.read(name)) for name in book.namelist()}


def change(client, row, **changed):
    """Change a row on its page of the admin site."""
    url = reverse(f"admin:scorecard_{row._meta.model_name}_change", args=[row.pk])
    form = form_to(client.get(url))
    reason = {"reason": REASON} if "reason" in form.fields else {}
    assert client.post(url, form.filled(**changed, **reason)).status_code == DONE, row
    assert type(row).objects.filter(pk=row.pk, **changed).exists(), row


def in_the_admin_site(scene, plan):
    """What the agency's admin may change there of the open edition."""
    admin = client_of(scene.cast.admin)
    kpi = KPI.objects.get(plan=plan, code="AC1.1")
    change(admin, plan, warning_threshold="0.5", mission="別的使命")
    change(admin, Theme.objects.get(plan=plan, code="A"), name="別的主題")
    change(admin, Objective.objects.get(plan=plan, code="AC1"), name="別的目標", weight="3")
    change(admin, kpi, name="別的指標", weight="2", formula="別的公式")
    change(admin, ActionPlan.objects.filter(plan=plan).first(), description="別的方案")
    change(admin, YearlyValue.objects.get(measure__kpi=kpi, year=plan.year + 1), target="1")


def import_back(scene, form):
    """Import a form of the open edition as it was written before the admin's changes: it undoes some of them."""
    admin = client_of(scene.cast.admin)
    file = SimpleUploadedFile("表單.xlsx", form, content_type="application/octet-stream")
    preview = admin.post(scene.of_agency("form_import"), {"file": file})["Location"]
    agree = form_to(admin.get(preview), f"{preview}apply/")
    assert admin.post(agree.action, agree.filled(reason=REASON)).status_code == DONE
    assert not KPI.objects.filter(plan=scene.plan, name="別的指標").exists()


def of_the_operator(scene, closed):
    """Names of people, divisions and agencies change, and so does what the closed year supports."""
    operator = client_of(scene.cast.superuser)
    for role in ("staff", "reviewer", "admin"):
        user = User.objects.get(pk=getattr(scene.cast, role).pk)
        change(operator, user, name=f"新{user.name}")
    first, second = closed.agency.divisions.all()[:2]
    divisions.rename(by=scene.cast.admin, division=Division.objects.get(pk=first.pk), name="改名後的組")
    change(operator, second, position=99)
    change(operator, Agency.objects.get(pk=closed.agency.parent_id), name="改名後的市府")
    change(operator, Agency.objects.get(pk=closed.agency_id), name="改名後的機關")
    change(operator, supported_by(closed), name="別的府級目標", code="甲C9")
    factories.make_member("new-viewer", closed.agency, Role.VIEWER)
    membership = Membership.objects.get(user=scene.cast.other_staff)
    change(operator, membership, role=Role.VIEWER)


def supported_by(closed):
    """The parent's objective that one of the closed year's supports."""
    return Objective.objects.get(supported_by__objective__plan=closed)


def refused_to_go(scene, closed):
    """What a closed year shows is not deleted, whoever asks wherever."""
    operator, admin = client_of(scene.cast.superuser), client_of(scene.cast.admin)
    kpi = KPI.objects.get(plan=closed, code="AC1.1")
    for row in (
        kpi,
        Objective.objects.get(plan=closed, code="AC1"),
        supported_by(closed),
        kpi.division,
        closed,
        closed.agency,
        closed.agency.parent,
        scene.cast.staff,
    ):
        url = reverse(f"admin:scorecard_{row._meta.model_name}_delete", args=[row.pk])
        for client in (operator, admin):
            assert client.post(url, {"post": "yes", "reason": REASON}).status_code < SERVER_ERROR, row
        with pytest.raises((DatabaseError, ProtectedError, RestrictedError)), transaction.atomic():
            type(row).objects.get(pk=row.pk).delete()
        assert type(row).objects.filter(pk=row.pk).exists(), row


def the_next_years(scene, plan):
    """The open edition is reported to its end and closed, and others follow it."""
    plan = Plan.objects.get(pk=plan.pk)
    for report in YearlyReport.objects.filter(kpi__plan=plan, state="submitted"):
        factories.approve(scene.cast.reviewer, report)
    factories.close_year(scene.cast.admin, plan, reason="提前關閉")
    draft = editions.carry_forward(by=scene.cast.admin, agency=plan.agency, year=plan.year + 3)
    KPI.objects.filter(plan=draft, code="AC1.1").update(code="AC1.9")
    editions.discard(by=scene.cast.admin, plan=draft)
    ActionBudget.objects.filter(action_plan__plan__agency=plan.agency, year__gt=plan.year + 1).update(amount=7)


def test_no_act_of_anybody_changes_a_closed_year(scene, monkeypatch):
    closed = Plan.objects.select_related("agency__parent").get(agency=scene.plan.agency, year=EARLIER_YEAR)
    assert closed.state == PlanState.CLOSED
    before = everything_of(scene, closed, monkeypatch)
    assert {status for status in before.values() if isinstance(status, int)} <= {403, 404}
    form = scene.client("admin").get(scene.url("agency_form_xlsx")).content
    for name in IN_TURN:
        assert ACTS[name](scene)() in (DONE, 200), name
    open_edition = Plan.objects.select_related("agency").get(pk=scene.plan.pk)
    in_the_admin_site(scene, open_edition)
    import_back(scene, form)
    of_the_operator(scene, closed)
    refused_to_go(scene, closed)
    the_next_years(scene, open_edition)
    after = everything_of(scene, closed, monkeypatch)
    assert [place for place, said in before.items() if after[place] != said] == []
    check = check_snapshot(closed.snapshots.select_related("plan").get())
    assert check.is_whole and check.is_current
    # The correction added meanwhile is told beside what stands as it was.
    page = client_of(scene.cast.viewer).get(address(closed, "scorecard")).content.decode()
    assert "更正說明" in MAIN.sub("", page) and "更正說明" not in MAIN.search(page)[0]


def earlier_figure(scene):
    """The closed year's actual of AC1.1 as the open edition shows it."""
    later = Plan.objects.select_related("agency", "version").get(pk=scene.plan.pk)
    (measure,) = build_scorecard(later).kpis_by_code["AC1.1"].measures
    return measure.cells[EARLIER_YEAR].actual


def test_a_closed_years_numbers_change_after_it_is_reopened_by_its_own_definitions(scene):
    """The admin's way, and the only one: a reason, the definitions of the year, and files of a second closing.

    The next edition shows the corrected figure untyped, once it is approved.
    """
    viewer, page = client_of(scene.cast.viewer), scene.url("scorecard")
    before, etag = earlier_figure(scene), viewer.get(page)["ETag"]
    closed = Plan.objects.select_related("agency").get(agency=scene.plan.agency, year=EARLIER_YEAR)
    admin = client_of(scene.cast.admin)
    url = reverse("plan_year_reopen", args=[closed.agency.slug, closed.year])
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    assert admin.post(url, {"due_date": day, "reason": ""}).status_code == 422
    assert admin.post(url, {"due_date": day, "reason": "漏列一筆"}).status_code == DONE
    reopened = Plan.objects.get(pk=closed.pk)
    assert (reopened.state, reopened.closings, reopened.is_reopened) == (PlanState.OPEN, 1, True)
    report = YearlyReport.objects.get(kpi__plan=closed, kpi__code="AC1.1")
    factories.send_back(scene.cast.reviewer, report)
    withheld = earlier_figure(scene)
    factories.approved(scene.cast, factories.kpi(reopened, "AC1.1"), actuals=101)
    assert (before, withheld, earlier_figure(scene)) == (99, None, 101)
    assert viewer.get(page)["ETag"] != etag
    factories.close_year(scene.cast.admin, Plan.objects.get(pk=closed.pk), reason="更正後再關閉")
    assert list(closed.snapshots.order_by("number").values_list("number", flat=True)) == [1, 2]
