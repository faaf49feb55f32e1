"""Several operations as one step: the models of the migrations are built once for all of them, which takes far longer
than the statements. Every database of the tests is made by these migrations.
"""

from django.db.migrations.operations.base import Operation

from scorecard.migrations._editions_reverse import refuse_to_go_back


class InOneRound(Operation):
    """None of the operations may build on another of them, as two that make SQLite rebuild the same table would."""

    def __init__(self, operations):
        self.operations = operations

    def state_forwards(self, app_label, state):
        """The models are built anew when they are next asked for, and not after each operation."""
        vars(state).pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        refuse_to_go_back()

    def describe(self):
        return "; ".join(operation.describe() for operation in self.operations)
