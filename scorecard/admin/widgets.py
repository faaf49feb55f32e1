"""Fields of the admin site that choose rows, whatever was sent as their keys."""

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from scorecard.forms.fields import is_key


class _KnownKeys:
    """Shows what was sent as chosen only where it can be a key; the field's own message refuses the rest.

    edition: that of the page, whose rows alone are offered; None where it has none yet.
    """

    edition = None

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [each for each in value if is_key(each)], attr)

    def get_url(self):
        url = super().get_url()
        return f"{url}?edition={self.edition.pk}" if self.edition else url


class ChooseRow(_KnownKeys, AutocompleteSelect):
    pass


class ChooseRows(_KnownKeys, AutocompleteSelectMultiple):
    pass
