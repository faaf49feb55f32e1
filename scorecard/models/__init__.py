"""The domain's tables, a file per aggregate."""

from scorecard.models.action_plans import MAX_PER_KPI, ActionBudget, ActionPlan
from scorecard.models.audit import AuditEvent, AuditHead, KeptName
from scorecard.models.consultation import EditionComment, TargetProposal
from scorecard.models.deputies import Deputyship
from scorecard.models.earlier_values import EarlierValue, earlier_values
from scorecard.models.form_uploads import FormUpload
from scorecard.models.invitations import Invitation
from scorecard.models.kpis import KPI, Measure
from scorecard.models.logins import LoginFailures, LoginSession
from scorecard.models.mail import OutgoingMail
from scorecard.models.notices import Notice
from scorecard.models.organisation import Agency, Division, Membership, User
from scorecard.models.password_history import PasswordRecord
from scorecard.models.plans import Correction, HeadApproval, Plan, PlanVersion
from scorecard.models.receipts import Submission
from scorecard.models.reporting import Comment, Evidence, YearlyReport
from scorecard.models.revisions import Revision
from scorecard.models.security_events import SecurityEvent
from scorecard.models.snapshots import YearSnapshot
from scorecard.models.strategy import Objective, ObjectiveLink, ObjectiveSupport, Perspective, Theme
from scorecard.models.unsaved_entries import UnsavedEntries
from scorecard.models.values import FigureConfirmation, YearlyValue

__all__ = [
    "KPI",
    "MAX_PER_KPI",
    "ActionBudget",
    "ActionPlan",
    "Agency",
    "AuditEvent",
    "AuditHead",
    "Comment",
    "Correction",
    "Deputyship",
    "EarlierValue",
    "Division",
    "EditionComment",
    "Evidence",
    "FigureConfirmation",
    "FormUpload",
    "HeadApproval",
    "Invitation",
    "KeptName",
    "LoginFailures",
    "LoginSession",
    "Measure",
    "Membership",
    "Notice",
    "Objective",
    "ObjectiveLink",
    "ObjectiveSupport",
    "OutgoingMail",
    "PasswordRecord",
    "Perspective",
    "Plan",
    "PlanVersion",
    "Revision",
    "SecurityEvent",
    "Submission",
    "TargetProposal",
    "Theme",
    "UnsavedEntries",
    "User",
    "YearSnapshot",
    "YearlyReport",
    "YearlyValue",
    "earlier_values",
]
