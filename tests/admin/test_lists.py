"""The admin's lists, searches and choices: what is found, and that nothing of another agency is named anywhere."""

import json

import pytest
from django.apps import apps
from django.urls import reverse

from scorecard.admin import site
from scorecard.domain.choices import PlanState
from scorecard.models import KPI, Agency, AuditEvent, Division, Membership, Objective, ObjectiveSupport, Plan, User
from tests import factories
from tests.admin.conftest import FOREIGN
from tests.admin.form_data import page
from tests.models import edition_rows
from tests.page_reading import body, client_of, form_to, text

pytestmark = pytest.mark.django_db
REGISTERED = [model for model in apps.get_models() if site.is_registered(model)]
MODELS = [model._meta.model_name for model in REGISTERED]
# What to search for in each list, and how many rows of the own agency it finds.
SEARCHES = {
    "agency": ("測試機關 test-agency", 1),
    "division": ("甲組", 1),
    "membership": ("other-staff", 1),
    "user": ("other-staff", 1),
    "plan": ("test-agency", 1),
    "perspective": ("顧客", 1),
    "theme": ("主題1", 1),
    "objective": ("AC1", 1),
    "kpi": ("AC1.1", 1),
    "actionplan": ("李大華", 1),
    "measure": ("圖片", 2),
    "yearlyvalue": ("AC1.1", 6),
    "headapproval": ("處長", 0),
    "correction": ("更正", 0),
    "auditevent": (factories.CONTACT[:3], 0),
    "outgoingmail": ("other-staff", 0),
    "invitation": ("nobody", 0),
}
# The operator's alone.
OPERATORS = {"user", "invitation"}


@pytest.fixture
def events(plan, cast):
    """An event of each agency in the audit trail."""
    factories.open_year(cast.admin, plan)
    factories.open_year(cast.outsider, cast.other_plan)


@pytest.mark.parametrize("model", MODELS)
def test_a_search_finds_the_agencys_own_rows(admin, cast, model):
    term, count = SEARCHES[model]
    client = client_of(cast.superuser) if model in OPERATORS else admin
    found = client.get(page(f"{model}_changelist"), {"q": term})
    assert found.status_code == 200
    assert found.context["cl"].result_count == count


def test_the_audit_trail_is_searched_by_person_and_reason(admin, events, cast, plan):
    factories.close_year(cast.admin, plan, reason="期限已過")
    for term, count in (("期限已過", 1), ("admin", 2), ("105", 2), ("outsider", 0)):
        assert admin.get(page("auditevent_changelist"), {"q": term}).context["cl"].result_count == count, term


def foreign_words(response):
    """Where the page names something of the other agency."""
    said = body(response)
    return [said[max(0, at - 80) : at + 20] for at in range(len(said)) if said.startswith(FOREIGN, at)]


@pytest.mark.parametrize("role", ["admin", "reviewer"])
@pytest.mark.parametrize("model", MODELS)
def test_no_list_filter_or_form_names_anything_of_another_agency(cast, events, plan, role, model):
    client = client_of(getattr(cast, role))
    row = next(registered for registered in REGISTERED if registered._meta.model_name == model)
    for url in (page(f"{model}_changelist"), page(f"{model}_add")):
        response = client.get(url)
        assert response.status_code in {200, 403}
        assert foreign_words(response) == [], url
    shown = client.get(page(f"{model}_changelist"))
    if shown.status_code == 200 and shown.context["cl"].result_list:
        first = shown.context["cl"].result_list[0]
        assert isinstance(first, row)
        assert foreign_words(client.get(page(f"{model}_change", first))) == []


def test_the_operator_sees_the_rows_of_all_agencies(cast):
    client = client_of(cast.superuser)
    assert client.get(page("plan_changelist")).context["cl"].result_count == Plan.objects.count() == 3
    assert FOREIGN in text(client.get(page("agency_changelist")))


def test_filters_narrow_a_list(admin, plan):
    division = plan.agency.divisions.first()
    found = admin.get(page("kpi_changelist"), {"division__id__exact": division.pk})
    assert found.context["cl"].result_count == 5


def choices(admin_class):
    """(model, field) of everything that the page, or an inline on it, completes while one types."""
    fields = [(admin_class.model, name) for name in admin_class.autocomplete_fields]
    return fields + [(inline.model, name) for inline in admin_class.inlines for name in inline.autocomplete_fields]


COMPLETED = [pair for admin_class in map(site.get_model_admin, REGISTERED) for pair in choices(admin_class)]
OWN = {
    Agency: lambda plan: Agency.objects.filter(pk=plan.agency_id),
    Division: lambda plan: plan.agency.divisions.all(),
    Plan: lambda plan: Plan.objects.filter(pk=plan.pk),
    User: lambda plan: User.objects.filter(memberships__agency=plan.agency),
}


@pytest.mark.parametrize(("model", "field"), COMPLETED, ids=lambda part: getattr(part, "__name__", part))
def test_completion_offers_the_agencys_own_rows_and_no_others(admin, plan, model, field):
    related = model._meta.get_field(field).related_model
    query = {"app_label": "scorecard", "model_name": model._meta.model_name, "field_name": field, "edition": plan.pk}
    response = admin.get(reverse("admin:autocomplete"), query)
    offered = {int(result["id"]) for result in json.loads(response.content)["results"]}
    if (model, field) == (ObjectiveSupport, "supported"):
        expected = Objective.objects.filter(plan__agency=plan.agency.parent)
    elif related in OWN:
        expected = OWN[related](plan)
    else:
        path = site.get_model_admin(related).agency_path
        expected = related.objects.filter(**{path: plan.agency})
    assert offered
    # The answer comes in portions of twenty.
    assert offered <= set(expected.values_list("pk", flat=True))
    assert len(offered) == min(20, expected.count())


def offered(client, field="objective", model="kpi", **query):
    """The texts that completion offers."""
    query |= {"app_label": "scorecard", "model_name": model, "field_name": field}
    return [row["text"] for row in json.loads(client.get(reverse("admin:autocomplete"), query).content)["results"]]


def test_completion_searches_and_names_the_edition_where_the_page_has_none(admin, plan):
    assert offered(admin, term="AP2") == ["AP2 目標 AP2（105 年版）"]
    assert offered(admin, term="AP2", edition=plan.pk) == ["AP2 目標 AP2"]


def test_completion_stays_within_the_pages_edition(admin, plan, cast):
    later = factories.next_edition(cast.admin, plan)
    assert offered(admin, term="AP2", edition=later.pk) == ["AP2 目標 AP2"]
    assert offered(admin, term="AP2") == ["AP2 目標 AP2（106 年版）", "AP2 目標 AP2（105 年版）"]
    edition_rows.close(plan, cast.admin)
    assert offered(admin, term="AP2") == ["AP2 目標 AP2（106 年版）"]
    # Another agency's edition in the address finds nothing, and neither does what is no number.
    assert offered(admin, term="AP2", edition=cast.other_plan.pk) == ["AP2 目標 AP2（106 年版）"]
    assert offered(admin, term="AP2", edition="x") == ["AP2 目標 AP2（106 年版）"]


def test_completion_of_a_support_offers_the_parents_edition_with_the_place_of_each_objective(admin, plan, cast):
    city = plan.agency.parent
    draft = edition_rows.make_edition(city, 2017, PlanState.DRAFT)
    later = factories.next_edition(cast.admin, plan)
    support = {"model": "objectivesupport", "field": "supported"}
    assert offered(admin, **support, edition=later.pk) == ["甲C1 府級目標（府級主題／顧客構面，105 年版）"]
    assert offered(admin, **support, edition=later.pk, term="府級主題 顧客") != []
    assert offered(admin, **support, edition=later.pk, term="無此目標") == []
    assert offered(admin, **support) == []
    edition_rows.set_state(draft, PlanState.ADOPTED)
    assert offered(admin, **support, edition=later.pk) == []
    assert offered(admin, **support, edition=plan.pk) != []


def test_a_division_with_a_successor_is_offered_nowhere_and_changed_no_more(admin, plan):
    old, new = plan.agency.divisions.all()[:2]
    Division.objects.filter(pk=old.pk).update(successor=new)
    for model, field in (("kpi", "division"), ("theme", "lead_division"), ("membership", "divisions")):
        assert old.name not in offered(admin, model=model, field=field)
        assert new.name in offered(admin, model=model, field=field)
    assert new.name in text(admin.get(page("division_changelist")))
    assert "name" not in form_to(admin.get(page("division_change", old))).fields
    assert admin.post(page("division_change", old), {"name": "x", "position": 1}).status_code == 403


def test_filters_over_rows_of_editions_wait_until_an_edition_is_chosen(admin, plan, cast):
    factories.next_edition(cast.admin, plan)

    def titles(**query):
        found = admin.get(page("objective_changelist"), query)
        return [spec.title for spec in found.context["cl"].filter_specs]

    assert titles() == ["年版"]
    assert titles(plan__id__exact=plan.pk) == ["年版", "構面", "策略主題"]


def test_people_are_not_completed_for_anybody_in_an_agency(admin, reviewer):
    query = {"app_label": "scorecard", "model_name": "membership", "field_name": "user"}
    for client in (admin, reviewer):
        assert client.get(reverse("admin:autocomplete"), query).status_code == 403


def test_the_index_lists_for_each_role_what_it_may_see(admin, reviewer):
    for client, unseen in ((admin, {"使用者"}), (reviewer, {"成員", "使用者", "稽核紀錄"})):
        said = text(client.get(reverse("admin:index")))
        for model in (Agency, Division, Plan, Objective, KPI, Membership, User, AuditEvent):
            name = model._meta.verbose_name
            assert (name in said.split("資料管理", 2)[-1]) is (name not in unseen), name


def test_the_admin_is_reached_through_the_one_login_page(cast):
    client = client_of()
    response = client.get(reverse("admin:index"), follow=True)
    (form,) = [form for form in response.context["form"].fields if form == "username"]
    assert response.redirect_chain[-1][0].startswith(reverse("login"))
    fields = {form: "admin", "password": factories.PASSWORD, "next": response.context["next"]}
    landed = client.post(reverse("login"), fields, follow=True)
    assert landed.status_code == 200
    assert landed.request["PATH_INFO"] == reverse("admin:index")
