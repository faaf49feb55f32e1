"""The files that are frozen with a year when it is closed, and one ZIP of them.

services/year_closing.py keeps them in a YearSnapshot; nothing makes them again.
"""

import io
import zipfile
from dataclasses import dataclass

from scorecard.agency_form.writing.form_file import choose_years, form_xlsx
from scorecard.documents.annual_report_pdf import official_report_pdf
from scorecard.documents.map_svg import map_svg
from scorecard.documents.scorecard_table import whole_table
from scorecard.documents.scorecard_workbook import table_ods, table_workbook
from scorecard.documents.year_snapshot_json import as_bytes, plan_as_closed, report_rows, year_document
from scorecard.domain.roc_years import to_roc
from scorecard.models import AuditEvent
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.head_approvals import HeadApprovals, approval_line, head_approvals
from scorecard.read_models.scorecard import as_official
from scorecard.read_models.strategy_map import build_strategy_map


@dataclass(frozen=True)
class FrozenKind:
    """A file of a snapshot: how it is called, the end of its address and its content type."""

    label: str
    file: str
    content_type: str

    @property
    def kind_of_file(self):
        """「PDF」, beside the label."""
        return self.file.rpartition(".")[2].upper()


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "report": FrozenKind("年度績效報告", "report.pdf", "application/pdf"),
    "workbook": FrozenKind("平衡計分卡", "scorecard.xlsx", XLSX),
    "opendocument": FrozenKind("平衡計分卡", "scorecard.ods", "application/vnd.oasis.opendocument.spreadsheet"),
    "form": FrozenKind("填好的機關原表", "form.xlsx", XLSX),
    "map": FrozenKind("策略地圖", "map.svg", "image/svg+xml"),
    "document": FrozenKind("年度資料", "data.json", "application/json"),
}
# The names of the snapshot's fields by the end of a file's address.
BY_FILE = {kind.file: name for name, kind in KINDS.items()}
CHECKSUMS = "SHA256SUMS.txt"
# Of every file in the ZIP: the same files always give the same bytes.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class FrozenYear:
    """files: bytes by the names of models.snapshots.FILES. The rest: the state of the data that they show."""

    data_version: int
    audit_number: int
    audit_digest: str
    files: dict[str, bytes]


def freeze(plan, approval=None, *, wait_seconds=0):
    """Make the files of an edition as it is once its year is closed: neither 草稿 nor 非正式版本. It takes seconds.

    approval: the HeadApprovalFacts that its closing will record; None: those recorded, if any. Raises what
    get_or_make() raises.
    """
    event = AuditEvent.objects.last_of(plan)
    closed = plan_as_closed(plan)
    recorded = head_approvals(closed)
    approvals = recorded if approval is None else HeadApprovals(recorded.adopted, approval_line(approval))
    scorecard = as_official(build_scorecard(closed, with_action_plans=True, with_links=True))
    table = whole_table(scorecard)
    number, digest = (event.pk, event.digest) if event else (0, "")
    document = year_document(
        scorecard, reports=report_rows(closed), audit_number=number, audit_digest=digest, approvals=approvals
    )
    files = {
        "document": as_bytes(document),
        "report": official_report_pdf(closed, audit_event=event, approvals=approvals, wait_seconds=wait_seconds),
        "workbook": table_workbook(table),
        "opendocument": table_ods(table),
        "form": form_xlsx(scorecard, choose_years(scorecard, with_actuals=True)),
        "map": map_svg(build_strategy_map(scorecard)),
    }
    return FrozenYear(closed.data_version, number, digest, files)


def kept_files(snapshot):
    """The names of the files that the snapshot has, in the order of KINDS: first ones have three. No query."""
    return [name for name in KINDS if getattr(snapshot, f"{name}_sha256")]


def file_name(snapshot, ending):
    """「taipei-secretariat-105-frozen-1-report.pdf」. snapshot: with its edition and agency; ending: as in KINDS."""
    plan = snapshot.plan
    return f"{plan.agency.slug}-{to_roc(plan.year)}-frozen-{snapshot.number}-{ending}"


def snapshot_zip(snapshot):
    """All files of the snapshot with a list of their SHA-256. Stored, not compressed: any zlib gives the same bytes."""
    names = kept_files(snapshot)
    sums = "".join(f"{getattr(snapshot, f'{name}_sha256')}  {KINDS[name].file}\n" for name in names)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            _add(archive, KINDS[name].file, bytes(getattr(snapshot, name)))
        _add(archive, CHECKSUMS, sums.encode())
    return buffer.getvalue()


def _add(archive, name, content):
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
