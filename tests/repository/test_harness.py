"""The harness itself: transactional tests leave an empty database with its triggers in place."""

import pytest
from django.db import IntegrityError, transaction

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent


def add_event():
    return AuditEvent.objects.create(action=AuditAction.values[0], target="測試")


# Twice the same: whichever runs second meets what the flush after the first left.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", ["first", "second"])
def test_the_flush_empties_the_audit_table_and_leaves_its_triggers(run):
    assert not AuditEvent.objects.exists()
    add_event()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.update(target="改過")
    assert AuditEvent.objects.get().target == "測試"
