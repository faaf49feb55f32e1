"""Helpers for crispy-forms."""

from crispy_forms.helper import FormHelper


class FieldsHelper(FormHelper):
    """For {% crispy form %}: the template has the <form> tag, CSRF token and buttons."""

    form_tag = False
    disable_csrf = True

    def get_attributes(self, template_pack=None):
        """Help texts and errors as blocks; crispy's own properties allow only one of the two."""
        blocks = {"help_text_inline": False, "error_text_inline": False}
        return super().get_attributes(template_pack) | blocks


def fields_only(field_template=None):
    """field_template: template of each field, None for crispy's own."""
    helper = FieldsHelper()
    helper.field_template = field_template
    return helper
