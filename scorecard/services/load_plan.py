"""Loads an edition from a file of rows, such as fixtures/taipei-secretariat-105.json: all or nothing, audited.

Rows get keys of their own, so that none of the database's is overwritten. Agencies and divisions that are there already
are used as they are; what the file says otherwise of them is refused, and so is an edition that is there already.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializationError
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Agency,
    Division,
    Measure,
    Objective,
    Perspective,
    Plan,
    PlanVersion,
    Theme,
    YearlyValue,
)
from scorecard.services import audit
from scorecard.services.editions import later_adopted
from scorecard.services.revisions import keep_basis

# Each after those that it refers to.
ORDER: tuple[type[Model], ...] = (
    Agency,
    Division,
    Plan,
    PlanVersion,
    Perspective,
    Theme,
    Objective,
    KPI,
    Measure,
    YearlyValue,
    ActionPlan,
    ActionBudget,
)
# By model, as the deserialiser returns them; Any, because it knows their objects as Model alone.
Rows = dict[type[Model], list[Any]]
NOTHING_LOADED = "沒有載入任何內容。"
_BEGINNINGS = (PlanState.DRAFT, PlanState.ADOPTED)


def load_plan(*, text: str, source: str) -> Plan:
    """Make the file's edition with its rows and return it. For the command line alone: it asks for no permission.

    text: JSON as dumpdata writes it. source: the file's name, for the audit trail. Raises RuleBroken.
    """
    rows = _read(text)
    try:
        with transaction.atomic():
            with audit.held_back():
                plan = _Loader(rows, source).load()
            keep_basis(plan)
            return plan
    except IntegrityError as error:
        raise RuleBroken(f"檔案的內容互相矛盾，或剛才有人建立了同樣的資料（{error}）。{NOTHING_LOADED}") from error


def _read(text: str) -> Rows:
    try:
        found = list(serializers.deserialize("json", text))
    except (DeserializationError, ValidationError, TypeError) as error:
        raise RuleBroken(f"檔案不是年版的資料：{error}。{NOTHING_LOADED}") from error
    rows: Rows = {model: [] for model in ORDER}
    for row in found:
        model = type(row.object)
        if model not in rows:
            raise RuleBroken(f"檔案中有「{model._meta.verbose_name}」，不屬於可載入的年版資料。{NOTHING_LOADED}")
        rows[model].append(row)
    if len(rows[Plan]) != 1:
        raise RuleBroken(f"檔案須有一份年版，這個檔案有 {len(rows[Plan])} 份。{NOTHING_LOADED}")
    return rows


class _Loader:
    """made: the row of the database for each row of the file, by model and the file's key."""

    def __init__(self, rows: Rows, source: str) -> None:
        self.rows = rows
        self.reason = f"由檔案載入（{source}）"
        self.made: dict[type[Model], dict[Any, Any]] = {model: {} for model in ORDER}
        self.new_divisions: list[str] = []

    def load(self) -> Plan:
        self._load_agencies()
        self._load_divisions()
        for model in ORDER[2:]:
            if model is not PlanVersion:
                self._create(model)
            else:
                # It begins anew, whatever it was where the file comes from.
                self.made[model] = {plan: PlanVersion.objects.create(plan=row) for plan, row in self.made[Plan].items()}
        (plan,) = self.made[Plan].values()
        self._set_relations()
        audit.record(
            by=None,
            action=AuditAction.CREATED,
            target=plan,
            plan=plan,
            changes=[*self._counts(), *self._names()],
            reason=self.reason,
        )
        return plan

    def _load_agencies(self) -> None:
        """A parent may stand below its children in the file."""
        waiting = [row.object for row in self.rows[Agency]]
        while waiting:
            ready = [each for each in waiting if each.parent_id is None or each.parent_id in self.made[Agency]]
            if not ready:
                raise RuleBroken(f"檔案沒有「{waiting[0]}」的上級機關。{NOTHING_LOADED}")
            for agency in ready:
                waiting.remove(agency)
                self._load_agency(agency)

    def _load_agency(self, agency: Agency) -> None:
        number = agency.pk
        agency.pk = None
        agency.parent = self.made[Agency][agency.parent_id] if agency.parent_id else None
        _check_fields(agency)
        present = list(Agency.objects.filter(slug=agency.slug) | Agency.objects.filter(name=agency.name))
        for other in present:
            if _agency_facts(other) != _agency_facts(agency):
                raise RuleBroken(
                    f"資料庫已有機關{_agency_text(other)}，檔案中是{_agency_text(agency)}，載入會改到它；"
                    f"請在資料管理改成一致，或改用其他檔案。{NOTHING_LOADED}"
                )
        if not present:
            agency.save()
            changes = [("名稱", None, agency.name), ("上級機關", None, agency.parent)]
            audit.record(
                by=None,
                action=AuditAction.CREATED,
                target=agency,
                agency=agency,
                changes=changes,
                reason=self.reason,
            )
        self.made[Agency][number] = present[0] if present else agency

    def _load_divisions(self) -> None:
        """Those of the plan's agency by name; a new one stands where the file says."""
        agency = self._referred(Agency, self.rows[Plan][0].object.agency_id, "年版")
        present = {row.name: row for row in Division.objects.filter(agency=agency)}
        for row in self.rows[Division]:
            division = row.object
            number = division.pk
            if self.made[Agency].get(division.agency_id) != agency:
                raise RuleBroken(f"檔案中的科室「{division}」不屬於年版的機關{agency}。{NOTHING_LOADED}")
            if division.name not in present:
                division.pk = None
                division.agency = agency
                _check_fields(division)
                division.save()
                self.new_divisions.append(division.name)
                present[division.name] = division
            self.made[Division][number] = present[division.name]

    def _create(self, model: type[Model]) -> None:
        rows = [row.object for row in self.rows[model]]
        numbers = [row.pk for row in rows]
        for row in rows:
            row.pk = None
            self._refer_to_new_rows(row)
            if isinstance(row, Plan):
                row.agency_name = row.agency.name
            _check_fields(row)
            _check_begins_here(row)
        model._default_manager.bulk_create(rows, batch_size=500)
        self.made[model] = dict(zip(numbers, rows, strict=True))

    def _refer_to_new_rows(self, row: Model) -> None:
        for field in row._meta.concrete_fields:
            number = getattr(row, field.attname)
            if not isinstance(field, ForeignKey) or number is None:
                continue
            model = field.remote_field.model
            if model not in self.made:
                # Who changed a row last is somebody of another database.
                setattr(row, field.name, None)
                continue
            setattr(row, field.name, self._referred(model, number, str(row._meta.verbose_name)))

    def _referred(self, model: type[Model], number: Any, what: str) -> Any:
        found = self.made[model].get(number)
        if found is None:
            raise RuleBroken(f"檔案中的{what}指向檔案沒有的{model._meta.verbose_name} {number}。{NOTHING_LOADED}")
        return found

    def _set_relations(self) -> None:
        for model in (Objective, KPI):
            for row in self.rows[model]:
                for name, numbers in (row.m2m_data or {}).items():
                    referred = row.object._meta.get_field(name).remote_field.model
                    others = [self._referred(referred, number, str(model._meta.verbose_name)) for number in numbers]
                    getattr(row.object, name).set(others)

    def _counts(self) -> list[audit.Change]:
        counts = Counter({model: len(rows) for model, rows in self.rows.items()})
        return [(str(model._meta.verbose_name), None, counts[model]) for model in ORDER[4:]]

    def _names(self) -> Iterable[audit.Change]:
        for name in self.new_divisions:
            yield "科室", None, name
        for objective in self.made[Objective].values():
            yield f"策略目標 {objective.code}", None, objective.name
        for kpi in self.made[KPI].values():
            yield f"KPI {kpi.code}", None, kpi.name


def _agency_facts(agency: Agency) -> tuple[Any, ...]:
    return agency.name, agency.slug, agency.parent_id


def _agency_text(agency: Agency) -> str:
    parent = f"，上級機關 {agency.parent}" if agency.parent else ""
    return f"「{agency}」（網址代稱 {agency.slug}{parent}）"


def _check_fields(row: Model) -> None:
    """What one row can hold; relations and rules over several fields are the database's."""
    relations = [field.name for field in row._meta.fields if field.is_relation]
    try:
        row.clean_fields(exclude=relations)
        row.clean()
    except ValidationError as error:
        where = "".join(f"{audit.field_label(row, name)}：" for name in getattr(error, "error_dict", {}))
        sentences = "".join(error.messages)
        raise RuleBroken(
            f"檔案中的{row._meta.verbose_name}「{row}」不能載入：{where}{sentences}{NOTHING_LOADED}"
        ) from error


def _check_begins_here(row: Model) -> None:
    """An edition begins without reports: its year is not open, and figures from it on are reported here.

    The edition itself is new: another one of its agency and year is refused, and one before an adopted one.
    """
    if isinstance(row, Plan):
        other = Plan.objects.filter(agency=row.agency, year=row.year).first()
        if other:
            raise RuleBroken(f"資料庫已有年版 {other.slug}（{other}），載入不會改到它。{NOTHING_LOADED}")
        later = later_adopted(row.agency.pk, row.year)
        if later:
            raise RuleBroken(f"資料庫已有{row.agency}較後的 {later}，不能再載入 {row.title}。{NOTHING_LOADED}")
        if row.state not in _BEGINNINGS or row.closings:
            raise RuleBroken(
                f"檔案中 {row.title}的狀態是「{row.get_state_display()}」；"
                f"載入的年版須為「{PlanState.DRAFT.label}」或「{PlanState.ADOPTED.label}」。{NOTHING_LOADED}"
            )
    elif isinstance(row, YearlyValue):
        if row.is_reported and row.year >= row.measure.kpi.plan.year:
            raise RuleBroken(f"檔案中「{row}」有實際值；年版年度起的實際值須由科室填報。{NOTHING_LOADED}")
    elif isinstance(row, ActionBudget) and (row.executed is not None or row.progress):
        raise RuleBroken(f"檔案中「{row}」有執行數或執行情形，須由科室填報。{NOTHING_LOADED}")
