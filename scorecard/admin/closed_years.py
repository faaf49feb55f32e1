"""Parts of pages whose rows are frozen by closed years (models/frozen_rows.py)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction

from scorecard.domain.choices import YearState
from scorecard.domain.roc_years import year_text
from scorecard.models import Plan, PlanYear
from scorecard.models.frozen_rows import CLOSED


def frozen_years(plan):
    """Gregorian years of the plan whose rows cannot be changed."""
    rows = PlanYear.objects.filter(plan=plan, state=YearState.CLOSED, closings__gt=0)
    return frozenset(rows.values_list("year", flat=True))


class YearsLocked:
    """Locks the plan's years before a write, so that no year is closed between the check and the change."""

    def plan_of_page(self, request, object_id):
        """Queryset of the primary key of the page's plan."""
        return self.model.objects.filter(pk=object_id).values("plan") if object_id else Plan.objects.none().values("pk")

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with transaction.atomic():
            if request.method == "POST":
                years = PlanYear.objects.select_for_update(no_key=True).order_by("pk")
                list(years.filter(plan__in=self.plan_of_page(request, object_id)))
            return super().changeform_view(request, object_id, form_url, extra_context)


def tell_why_read_only(request, sentence=CLOSED):
    """Adds a warning to the page why its fields cannot be edited."""
    if request.method == "GET":
        messages.warning(request, sentence)


class BudgetForm(forms.ModelForm):
    """Read-only in a closed year. frozen_years: the inline sets it for each page."""

    frozen_years = frozenset()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.year in self.frozen_years:
            for field in self.fields.values():
                field.disabled = True

    def clean_year(self):
        """A budget cannot be added to a closed year or moved there."""
        year = self.cleaned_data["year"]
        if self.has_changed() and year in self.frozen_years:
            raise ValidationError(f"{year_text(year)}：{CLOSED}")
        return year
