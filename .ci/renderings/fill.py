"""Fills the database that both checkouts draw: demo data, and what the demo data has none of.

Run by the older checkout as `python -m renderings.fill SCENE`; writes SCENE, a JSON file with the sessions and all that
is to be visited. Everything beyond accounts is entered through the site's own addresses.
"""

import io
import json
import sys
from datetime import timedelta
from pathlib import Path

from renderings import product, visits
from renderings.forms import fields_of

PLAN = "taipei-secretariat-105"
BACKEND = "django.contrib.auth.backends.ModelBackend"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def load():
    """The Secretariat's plan with the demo members and figures."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("loaddata", PLAN, verbosity=0)
    call_command("demo", "load", stdout=io.StringIO())


def make_people():
    """Accounts by role: demo members, the admin of another agency, and the operator."""
    user_model, agency_model = product.model("User"), product.model("Agency")
    people = {user.username.removeprefix("demo-"): user for user in user_model.objects.filter(is_demo=True)}
    people["outsider"] = user_model.objects.create(username="outsider", name="他機關管理")
    elsewhere = agency_model.objects.create(name="他機關", slug="elsewhere")
    product.model("Membership").objects.create(user=people["outsider"], agency=elsewhere, role="admin")
    people["operator"] = user_model.objects.create(
        username="operator", name="系統管理", is_superuser=True, is_staff=True
    )
    return people


def log_in(user):
    """The key of a session in which the person is logged in."""
    client = product.client()
    client.force_login(user, backend=BACKEND)
    session = client.session
    # Still valid when the pages are drawn.
    session.set_expiry(timedelta(days=365))
    session.save()
    return session.session_key


def send(session, address, status, **form):
    """Post a form; stop unless the answer has the status."""
    response = product.client(session).post(address, form)
    if response.status_code != status:
        sys.exit(f"{address} answered {response.status_code} to the sample, not {status}:\n{response.content.decode()}")
    return response


def corrected(content, changes):
    """The agency form as .xlsx with other texts in some cells of its second sheet, the scorecard."""
    from openpyxl import load_workbook

    book, file = load_workbook(io.BytesIO(content)), io.BytesIO()
    for cell, text in changes.items():
        book.worksheets[1][cell] = text
    book.save(file)
    return file.getvalue()


def upload_forms(session, agency, plan):
    """Addresses of three uploads of the agency form that wait: with changes, with mistakes, and as a new plan."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    content = product.client(session).get(f"/{agency.slug}/105/form.xlsx").content
    changes = {"G4": "30", "K6": "CC1.1.1 改過的行動方案", "J7": "機要組"}
    mistakes = {"G4": "大約三成", "H5": "", "J6": "沒有這個科室", "L7": "很多", "A8": "ZZ9 沒有這個目標"}
    contents = [(corrected(content, changes), plan.slug), (corrected(content, mistakes), plan.slug), (content, "")]
    addresses = []
    for number, (upload, target) in enumerate(contents, start=1):
        file = SimpleUploadedFile(f"表單{number}.xlsx", upload)
        response = send(session, f"/agencies/{agency.slug}/import/", 302, file=file, plan=target)
        addresses.append(response["Location"])
    return addresses


def use_reporting_table(session, division):
    """Change a figure twice, type one that is not saved, and attach evidence; leaves drafts, history and files."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    table = f"/{division.agency.slug}/106/reporting/{division.pk}/"
    for figure in ("96.8", "97.4"):
        fields = fields_of(product.client(session).get(table).content, having="draft")
        name = next(name for name in fields if "actual_" in name and not name.startswith("initial-"))
        send(session, table, 302, **fields | {name: figure})
    fields = fields_of(product.client(session).get(table).content, having="draft")
    send(session, f"{table}draft/", 200, **fields | {name: "98.1"})
    report = (
        product.model("YearlyReport")
        .objects.filter(kpi__division=division, year=2017, state="draft")
        .select_related("kpi")
        .first()
    )
    file = SimpleUploadedFile("統計表.pdf", PDF)
    send(session, f"{table}{report.kpi.code}/evidence/", 302, files=file)


def main(target):
    """Fill the database and write the scene."""
    product.start(product.ticking_clock())
    load()
    people = make_people()
    sessions = {role: log_in(user) for role, user in people.items()}
    plan = product.model("Plan").objects.get(slug=PLAN)
    division = plan.agency.divisions.order_by("position", "pk").first()
    use_reporting_table(sessions["staff-1"], division)
    invited = {"name": "新同仁", "email": "new@example.org", "username": "newcomer", "role": "viewer"}
    send(sessions["admin"], f"/agencies/{plan.agency.slug}/members/invite/", 302, **invited)
    previews = upload_forms(sessions["reviewer"], plan.agency, plan)
    scene = {
        "plan": plan.slug,
        "agency": plan.agency.slug,
        "sessions": {"anonymous": None} | sessions,
        "previews": previews,
        **visits.all_visits(plan, previews),
    }
    Path(target).write_text(json.dumps(scene, ensure_ascii=False, indent=1, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
