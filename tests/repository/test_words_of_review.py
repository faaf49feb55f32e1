"""核定 is the head's word: a reviewer's act on a report is 審核通過, and what has not passed is 尚未審核."""

import re

import pytest

from scorecard.domain.choices import AuditAction, NoticeKind, ReportState
from tests.repository.source_files import line_of, name_of, own

WORD = re.compile("核定")
# What is said of the head's act on a year's plan, wherever it stands.
HEADS_PHRASES = re.compile(
    "核定年版|年版核定|年度成果核定|核定日期|核定人|核定紀錄|核定事項|送請核定|登錄核定|首長(?:實際)?核定|核定：?由首長|核定</h2>|首長的核定|已核定或開放填報|一併核定|"
    "等於核定|即為已核定|版本比較與核定|寫好才能核定|"
    "核定目標|核定後(?:調整|變更)|核定後立即開放|建立、核定並開放|草案，尚未核定|草案、已核定|"
    # The state of an edition, and what is said of one by its title.
    r'"adopted", "已核定"|(?:title|later)\}已經?核定[^。]*'
)
# Files about the head's act, in which the word may stand in any sentence. Names of files, or beginnings of them.
HEADS_FILES: tuple[str, ...] = (
    # The words that agencies write in the headings of their forms.
    "scorecard/agency_form/reading/",
    "scorecard/documents/comparison_files.py",
    "scorecard/domain/head_approval.py",
    "scorecard/forms/compare.py",
    "scorecard/forms/head_approval.py",
    "scorecard/management/commands/import_form.py",
    "scorecard/models/edition_rules.py",
    "scorecard/models/plans.py",
    "scorecard/models/revisions.py",
    "scorecard/read_models/adoption_checks.py",
    "scorecard/read_models/edition_overview.py",
    "scorecard/read_models/head_approvals.py",
    "scorecard/read_models/target_adjustments.py",
    "scorecard/services/editions.py",
    "scorecard/services/revisions.py",
    "scorecard/styleguide/edition_samples.py",
    "scorecard/views/adoption.py",
    "scorecard/views/editions.py",
    "templates/_components/draft_band.html",
    "templates/_components/head_approvals.html",
    "templates/pdf/sign_off.html",
    "templates/scorecard/compare/",
    "templates/scorecard/year/",
)
READ_BY_PEOPLE = (
    *own("scorecard", "bsc_site", "templates", "static", "fixtures"),
    *(path for path in own("docs", suffixes={".md"}) if "/decisions/" not in name_of(path)),
    *(path for path in own(suffixes={".md"}) if name_of(path).startswith("README")),
)


def places_of_the_word(name, text):
    """Where the word is said of anything but the head's act."""
    if HEADS_FILES and name.startswith(HEADS_FILES):
        return []
    # As many characters as before, so that the lines stay what they are.
    rest = HEADS_PHRASES.sub(lambda match: "　" * len(match.group()), text)
    return [match.start() for match in WORD.finditer(rest)]


@pytest.mark.parametrize("text", ["已核定", "還有 3 項 KPI 未核定", "核定 AC1.1", "核定日期之前，撤回核定"])
def test_the_word_said_of_a_report_is_found(text):
    assert places_of_the_word("templates/x.html", text)


@pytest.mark.parametrize("text", ["核定日期", "草案，尚未核定", "送請核定 107 年版"])
def test_the_heads_act_may_be_named(text):
    assert not places_of_the_word("templates/x.html", text)


def test_no_page_sentence_or_manual_says_of_a_report_what_only_the_head_does():
    found = [
        f"{line_of(path, text, start)} {text[max(start - 6, 0) : start + 8]!r}"
        for path in READ_BY_PEOPLE
        for text in [path.read_text(encoding="utf-8")]
        for start in places_of_the_word(name_of(path), text)
    ]
    assert found == []


def test_state_event_and_notice_of_a_report_that_passed_have_one_word():
    labels = {ReportState.APPROVED.label, AuditAction.APPROVED.label, NoticeKind.APPROVED.label}
    assert labels == {"審核通過"}
