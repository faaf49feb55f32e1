"""Forms that add, change and remove cause–effect links."""

from django import forms

REASON_LENGTH = 300
MISSING_REASON = "請說明因果關係的理由。"


class ReasonField(forms.CharField):
    """The reason of a link, one line."""

    def __init__(self, **kwargs):
        super().__init__(label="理由", max_length=REASON_LENGTH, error_messages={"required": MISSING_REASON}, **kwargs)


def _choices(scorecard, empty):
    groups = [
        (f"{perspective.name}構面", [(line.code, f"{line.code} {line.name}") for line in perspective.objectives])
        for perspective in scorecard.perspectives
        if perspective.objectives
    ]
    return [("", empty), *groups]


class AddLinkForm(forms.Form):
    """A new link between two objectives, chosen by code."""

    cause = forms.ChoiceField(label="因（哪個目標做到）")
    effect = forms.ChoiceField(label="果（促成哪個目標）")
    reason = ReasonField(help_text="例如：職員熟悉系統後，公文處理天數會縮短。")

    def __init__(self, data=None, *, scorecard, **kwargs):
        super().__init__(data, **kwargs)
        for name, title in (("cause", "因"), ("effect", "果")):
            field = self.fields[name]
            field.choices = _choices(scorecard, f"選擇{title}")
            field.error_messages = {
                "required": f"請選擇{title}。",
                "invalid_choice": f"這份年版沒有這個策略目標；請重新選擇{title}。",
            }


class ReasonForm(forms.Form):
    """seen: the reason that the page showed, to notice a change by somebody else."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    reason = ReasonField()

    def __init__(self, data=None, *, link):
        super().__init__(data, initial={"seen": link.reason, "reason": link.reason}, auto_id=f"id_link{link.pk}_%s")
        self.fields["reason"].widget.attrs["aria-label"] = f"{link} 的理由"

    def show_present(self, reason):
        """Accept the current reason as seen, so that the next save replaces it."""
        self.data = self.data.copy()
        self.data["seen"] = reason


class RemoveLinkForm(forms.Form):
    reason = forms.CharField(label="移除的理由（可不填）", max_length=REASON_LENGTH, required=False)

    def __init__(self, data=None, *, link):
        super().__init__(data, auto_id=f"id_remove{link.pk}_%s")
