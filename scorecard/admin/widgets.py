"""Fields of the admin site that choose rows, whatever was sent as their keys."""

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from scorecard.forms.fields import is_key


class _KnownKeys:
    """Shows what was sent as chosen only where it can be a key; the field's own message refuses the rest."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [each for each in value if is_key(each)], attr)


class ChooseRow(_KnownKeys, AutocompleteSelect):
    pass


class ChooseRows(_KnownKeys, AutocompleteSelectMultiple):
    pass
