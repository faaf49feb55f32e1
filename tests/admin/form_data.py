"""Filling in the admin's forms as a browser would."""

from django.urls import reverse

from scorecard.models import AuditEvent
from tests.page_reading import form_to


def page(name, thing=None):
    """The address of a model's page: 「kpi_change」 of a thing, 「kpi_add」, 「kpi_changelist」."""
    return reverse(f"admin:scorecard_{name}", args=[thing.pk] if thing else [])


def send(client, url, **values):
    """Open the form, change some fields, send it; None takes a field out."""
    return client.post(url, form_to(client.get(url)).filled(**values))


def errors(response):
    """What the form complains of, as one text."""
    form = response.context["adminform"].form
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    return " ".join(
        str(error)
        for holder in [form.errors, *(each for formset in formsets for each in formset.errors)]
        for error in holder.values()
    )


def told(event):
    """An audit event's changes as (what, old, new)."""
    return [(change["what"], change["old"], change["new"]) for change in event.changes]


def newest():
    """The audit event written last."""
    return AuditEvent.objects.first()
