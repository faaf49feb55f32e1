"""The domain's tables, a file per aggregate."""

from scorecard.models.action_plans import MAX_PER_KPI, ActionBudget, ActionPlan
from scorecard.models.audit import AuditEvent, AuditHead
from scorecard.models.deputies import Deputyship
from scorecard.models.form_uploads import FormUpload
from scorecard.models.invitations import Invitation
from scorecard.models.kpis import KPI, Measure
from scorecard.models.logins import LoginFailures, LoginSession
from scorecard.models.mail import OutgoingMail
from scorecard.models.notices import Notice
from scorecard.models.organisation import Agency, Division, Membership, User
from scorecard.models.password_history import PasswordRecord
from scorecard.models.receipts import Submission
from scorecard.models.reporting import Comment, Evidence, YearlyReport
from scorecard.models.security_events import SecurityEvent
from scorecard.models.snapshots import YearSnapshot
from scorecard.models.strategy import Objective, ObjectiveLink, Perspective, Plan, Theme
from scorecard.models.unsaved_entries import EntryDraft
from scorecard.models.values import FigureConfirmation, PlanYear, YearlyValue

__all__ = [
    "KPI",
    "MAX_PER_KPI",
    "ActionBudget",
    "ActionPlan",
    "Agency",
    "AuditEvent",
    "AuditHead",
    "Comment",
    "Deputyship",
    "Division",
    "EntryDraft",
    "Evidence",
    "FigureConfirmation",
    "FormUpload",
    "Invitation",
    "LoginFailures",
    "LoginSession",
    "Measure",
    "Membership",
    "Notice",
    "Objective",
    "ObjectiveLink",
    "OutgoingMail",
    "PasswordRecord",
    "Perspective",
    "Plan",
    "PlanYear",
    "SecurityEvent",
    "Submission",
    "Theme",
    "User",
    "YearSnapshot",
    "YearlyReport",
    "YearlyValue",
]
