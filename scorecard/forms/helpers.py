"""How crispy draws forms here."""

from crispy_forms.helper import FormHelper


class FieldsHelper(FormHelper):
    """For {% crispy form %} inside a <form> whose tag, CSRF token and buttons stand in the page's template."""

    form_tag = False
    disable_csrf = True

    def get_attributes(self, template_pack=None):
        """Help texts and errors both as blocks; crispy's own properties allow only one of them."""
        blocks = {"help_text_inline": False, "error_text_inline": False}
        return super().get_attributes(template_pack) | blocks


def fields_only(field_template=None):
    """A helper of a form; field_template draws each field, None for crispy's own."""
    helper = FieldsHelper()
    helper.field_template = field_template
    return helper
