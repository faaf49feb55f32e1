"""The chain of audit events: whatever is done to its rows is found, and writers at the same moment keep it one."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from scorecard.domain import audit_chain
from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, AuditHead, Plan, triggers
from scorecard.read_models import audit_verification
from scorecard.read_models.audit_verification import verify_chain
from scorecard.services import audit
from tests import factories
from tests.factories import fill
from tests.services.test_concurrency import at_once, person
from tests.shared_rows import layer

ROWS = 1000
TABLE = "scorecard_auditevent"
# How PostgreSQL is told what a text is meant to be; SQLite takes every text.
TYPES = {"at": "timestamptz", "changes": "jsonb", "year": "smallint", "id": "bigint"} | dict.fromkeys(
    ("actor_id", "acting_for_id", "agency_id", "plan_id", "kpi_id"), "bigint"
)


def run(sql, *values):
    """Execute SQL as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def append(count, **fields):
    """Append events that have something in every field."""
    kept = {"action": AuditAction.SAVED, "target": "AC1.1 指標", "year": 2016, "reason": "補登"} | fields
    AuditEvent.objects.append(
        [
            AuditEvent(changes=[{"what": "實際值", "old": None, "new": str(n), "measure": 7}], **kept)
            for n in range(count)
        ]
    )


@layer
def unguarded():
    """The database without its triggers, as somebody who can drop them leaves it; nothing of that survives the test."""
    triggers.remove(connection)


@layer
def chain(unguarded):
    """The numbers of a thousand events in order."""
    plan = factories.make_plan(kpis=5)
    kpi, user = factories.kpi(plan, "AC1.1"), factories.make_user("one")
    append(ROWS, actor=user, actor_name="王小明", acting_for=user, agency_id=plan.agency_id, plan=plan, kpi=kpi)
    assert verify_chain().broken is None
    return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))


def broken():
    """The number of the first broken event; fails where the chain is whole."""
    found = verify_chain().broken
    assert found is not None
    return found.number


# What the digest says


FIELDS = {
    "id": 7,
    "at": datetime(2016, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    "actor_id": 1,
    "action": "saved",
    "agency_id": 2,
    "plan_id": 3,
    "kpi_id": 4,
    "year": 2016,
    "target": "AC1.1",
    "reason": "",
    "changes": [{"what": "實際值", "old": None, "new": "1"}],
}


def test_the_digest_stays_what_it_is_for_events_written_years_ago():
    """A change of the serialisation would call every existing event forged: it needs a form beside this one."""
    assert audit_chain.canonical(FIELDS) == (
        '{"action":"saved","actor_id":1,"agency_id":2,"at":"2016-01-02T03:04:05.000006+00:00","changes":[{"new":"1",'
        '"old":null,"what":"\\u5be6\\u969b\\u503c"}],"id":7,"kpi_id":4,"plan_id":3,"reason":"","target":"AC1.1",'
        '"year":2016}'
    )
    assert audit_chain.digest_of("", FIELDS) == "58a6b039e90deea6c419a30b14bf3ce592404e3a956ba19367630345ea094b86"


def test_the_digest_covers_whom_a_deputy_stood_in_for_and_is_as_before_for_everybody_else():
    plain = audit_chain.digest_of("", FIELDS)
    assert audit_chain.digest_of("", FIELDS | {"acting_for_id": None}) == plain
    assert len({plain, *(audit_chain.digest_of("", FIELDS | {"acting_for_id": n}) for n in (1, 2))}) == 3


@pytest.mark.parametrize("name", audit_chain.FIELDS)
def test_the_digest_covers_every_field_and_the_digest_before(name):
    value = FIELDS[name]
    if isinstance(value, datetime):
        other = value.replace(microsecond=7)
    else:
        other = value + 1 if isinstance(value, int) else value + value[:1] + type(value)(["x"] if value else "x")
    digests = {audit_chain.digest_of(p, f) for p in ("", "0" * 64) for f in (FIELDS, FIELDS | {name: other})}
    assert len(digests) == 4


def test_the_digest_covers_every_column_of_an_event_but_itself():
    assert {field.attname for field in AuditEvent._meta.concrete_fields} == {*audit_chain.ALL_FIELDS, "digest"}


# What is done to the rows


# A thousand events are read and hashed again for each.
@hypothesis_settings(max_examples=max(2, hypothesis_settings().max_examples // 4))
@given(data=st.data())
def test_one_byte_changed_in_any_column_of_any_of_a_thousand_events_is_found(chain, data):
    number = data.draw(st.sampled_from(chain), label="event")
    column = data.draw(st.sampled_from((*audit_chain.ALL_FIELDS, "digest")), label="column")
    ((kept,),) = run(f"SELECT CAST({column} AS text) FROM {TABLE} WHERE id = %s", number)
    place = data.draw(st.integers(0, len(kept) - 1), label="place")
    letter = data.draw(st.sampled_from([c for c in '0123456789aBf-: "T字' if c != kept[place]]), label="letter")
    forged = kept[:place] + letter + kept[place + 1 :]
    with transaction.atomic():
        cast = f"CAST(%s AS {TYPES.get(column, 'text')})" if connection.vendor == "postgresql" else "%s"
        try:
            with transaction.atomic():
                run(f"UPDATE {TABLE} SET {column} = {cast} WHERE id = %s", forged, number)
        except DatabaseError:
            return  # The database itself does not take it.
        if column == "id":
            assert broken() is not None
        else:
            ((now,),) = run(f"SELECT CAST({column} AS text) FROM {TABLE} WHERE id = %s", number)
            # PostgreSQL keeps a date or JSON as such: other words for the same are no change there.
            assert now == kept or broken() == number
        transaction.set_rollback(True)


def test_the_same_value_in_other_letters_is_found_where_the_database_keeps_letters(chain):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps values, not letters.")
    for column, old, new in (("at", " ", "T"), ("changes", "\\u5be6", "\\u5BE6"), ("changes", ": ", ":")):
        with transaction.atomic():
            assert run(f"UPDATE {TABLE} SET {column} = replace({column}, %s, %s) WHERE id = %s", old, new, chain[500])
            assert broken() == chain[500], column
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("column", "forged"), [("at", "gestern"), ("changes", "[{"), ("changes", b"\xff\xfe"), ("year", b"\x00")]
)
def test_an_event_that_can_no_longer_be_read_is_named_and_those_before_it_count(chain, column, forged):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL refuses what does not fit a column.")
    run("PRAGMA ignore_check_constraints = ON")
    run(f"UPDATE {TABLE} SET {column} = %s WHERE id = %s", forged, chain[500])
    run("PRAGMA ignore_check_constraints = OFF")
    verdict = verify_chain()
    assert (verdict.broken.number, verdict.events, verdict.number) == (chain[500], 500, chain[499])


@pytest.mark.parametrize("place", [0, 1, 499, 998])
def test_a_row_that_was_removed_is_found_at_the_one_after_it(chain, place):
    run(f"DELETE FROM {TABLE} WHERE id = %s", chain[place])
    assert broken() == chain[place + 1]


@pytest.mark.parametrize("removed", [1, 10, ROWS])
def test_events_cut_off_at_the_end_are_found_by_the_head(chain, removed):
    run(f"DELETE FROM {TABLE} WHERE id > %s", chain[-1] - removed)
    verdict = verify_chain()
    assert verdict.events == ROWS - removed
    assert f"鏈頭記載共 {ROWS} 筆、最後一筆第 {chain[-1]} 號" in verdict.broken.what


def test_events_cut_off_stay_found_when_work_goes_on(chain):
    run(f"DELETE FROM {TABLE} WHERE id > %s", chain[-3])
    append(1)
    assert broken() == chain[-1] + 1


@pytest.mark.parametrize("place", [0, 499, 999])
def test_a_copy_of_a_row_put_between_others_is_found(chain, place):
    run(f"UPDATE {TABLE} SET id = -id - 1 WHERE id > %s", chain[place])
    run(f"UPDATE {TABLE} SET id = -id WHERE id < 0")
    columns = ", ".join((*audit_chain.ALL_FIELDS[1:], "digest"))
    copied = f"SELECT id + 1, {columns} FROM {TABLE} WHERE id = %s"
    run(f"INSERT INTO {TABLE} (id, {columns}) {copied}", chain[place])
    assert broken() == chain[place] + 1


def test_a_row_written_past_the_head_is_found_and_work_goes_on(chain):
    AuditEvent.objects.bulk_create([AuditEvent(pk=chain[-1] + 1, action="saved", target="x", digest="0" * 64)])
    assert verify_chain().broken.what == audit_verification.UNCHAINED
    append(1)
    assert broken() == chain[-1] + 1


@pytest.mark.parametrize("with_digest", [True, False])
@pytest.mark.parametrize("place", [0, 499, 998])
def test_two_rows_that_changed_places_are_found_at_the_first(chain, place, with_digest):
    columns = [*audit_chain.ALL_FIELDS[1:], *(["digest"] if with_digest else [])]
    first, second = AuditEvent.objects.filter(pk__in=chain[place : place + 2]).order_by("pk")
    for there, taken in ((first, second), (second, first)):
        AuditEvent.objects.filter(pk=there.pk).update(**{name: getattr(taken, name) for name in columns})
    assert broken() == first.pk


@pytest.mark.parametrize("forged", [{"digest": "0" * 64}, {"events": 1}, {"number": 5}])
def test_a_head_that_was_changed_is_found(chain, forged):
    AuditHead.objects.update(**forged)
    assert verify_chain().broken is not None


def test_a_head_that_is_gone_is_found(chain):
    AuditHead.objects.all().delete()
    assert verify_chain().broken.what == audit_verification.HEADLESS


def test_a_chain_rewritten_with_its_head_is_whole_but_no_longer_holds_a_digest_once_printed(chain):
    printed = AuditHead.objects.get().digest
    assert verify_chain([printed]).met == {printed: chain[-1]}
    run(f"DELETE FROM {TABLE}")
    AuditHead.objects.update(events=0, number=0, digest=audit_chain.START)
    append(ROWS)
    verdict = verify_chain([printed])
    assert (verdict.broken, verdict.events, verdict.met) == (None, ROWS, {})


# How it grows


@pytest.mark.django_db
def test_an_empty_chain_is_whole():
    verdict = verify_chain()
    assert (verdict.broken, verdict.events, verdict.digest) == (None, 0, "")


@pytest.mark.django_db
def test_events_held_back_are_written_in_their_order_and_a_failed_block_takes_its_own_back():
    plan = factories.make_plan(kpis=5)
    with transaction.atomic(), audit.held_back():
        audit.record(by=None, action=AuditAction.CHANGED, target="1", plan=plan)
        with pytest.raises(ZeroDivisionError), transaction.atomic(), audit.held_back():
            audit.record(by=None, action=AuditAction.CHANGED, target="2", plan=plan)
            _ = 1 / 0
        audit.record(by=None, action=AuditAction.CHANGED, target="3", agency=plan.agency)
        assert not AuditEvent.objects.exists()
    assert list(AuditEvent.objects.order_by("pk").values_list("target", flat=True)) == ["1", "3"]
    assert Plan.objects.get(pk=plan.pk).data_version == 3
    assert verify_chain().broken is None


@pytest.mark.django_db
def test_a_block_of_events_that_fails_leaves_none_for_the_next():
    with pytest.raises(ZeroDivisionError), transaction.atomic(), audit.held_back():
        audit.record(by=None, action=AuditAction.CHANGED, target="1")
        _ = 1 / 0
    audit.record(by=None, action=AuditAction.CHANGED, target="2")
    assert AuditEvent.objects.get().target == "2"


def _rolled_back():
    with transaction.atomic():
        audit.record(by=None, action=AuditAction.CHANGED, target="undone")
        transaction.set_rollback(True)


def _unattached(number):
    with transaction.atomic():
        audit.record(by=None, action=AuditAction.CHANGED, target=f"帳號 {number}")


@pytest.mark.django_db(transaction=True)
def test_writers_of_several_plans_at_once_keep_one_unbroken_chain_without_gaps():
    plans = [factories.make_plan(slug=slug) for slug in ("one", "two")]
    cast = factories.make_cast(plans[0])
    other = factories.make_member("more", plans[1].agency, "staff", *plans[1].agency.divisions.all())
    for plan, by in ((plans[0], cast.admin), (plans[1], factories.make_member("boss", plans[1].agency, "admin"))):
        factories.open_year(by, plan)
    before = AuditEvent.objects.count()
    saves = [
        lambda by=by, kpi=kpi: fill(person(by), factories.kpi(kpi.plan, kpi.code), actuals=1)
        for by, plan in ((cast.staff, plans[0]), (other, plans[1]))
        for kpi in plan.kpis.filter(code__startswith="AC").select_related("plan")
    ]
    unattached = [lambda n=n: _unattached(n) for n in range(4)]
    results = at_once(*saves, *unattached, _rolled_back, _rolled_back)
    assert [result for result in results if isinstance(result, Exception)] == []
    verdict = verify_chain()
    assert verdict.broken is None
    assert verdict.events == verdict.number == before + len(saves) + len(unattached)


def test_no_row_lock_makes_those_wait_who_only_refer_to_the_row():
    """Foreign keys are checked at commit, with the chain's end locked: a plain FOR UPDATE would deadlock there."""
    calls = [
        (path.name, call)
        for path in Path(settings.BASE_DIR, "scorecard").rglob("*.py")
        for call in re.findall(r"select_for_update\([^)]*\)*[^)]*\)", path.read_text(encoding="utf-8"))
    ]
    assert calls
    assert [call for call in calls if "no_key=True" not in call[1]] == []
