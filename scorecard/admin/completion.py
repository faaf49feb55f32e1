"""What completion says of a row, while somebody types."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView


class RowsInWords(AutocompleteJsonView):
    """Names the edition of rows of several: their codes and names repeat from year to year."""

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        if self.source_field.name == "supported":
            place = f"{obj.theme.name}／{obj.perspective.name}"
            return result | {"text": f"{result['text']}（{place}，{obj.plan.title}）"}
        edition = getattr(obj, "plan", None)
        if edition is not None and self.request.page_edition is None:
            return result | {"text": f"{result['text']}（{edition.title}）"}
        return result
