"""核定年版: the admin records the head's act beside the comparison that was shown (views/compare.py)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from scorecard.forms.compare import AdoptionForm
from scorecard.pdf.writer import PDFError
from scorecard.services.editions import adopt as adopt_edition
from scorecard.services.revisions import Attachment, ComparisonChanged
from scorecard.views.compare import CONFLICT, UNPROCESSABLE, compare_page, predecessor_of
from scorecard.web import access

CHANGED = (
    "您看過比較之後，內容又有變更，沒有核定。下面是現在的比較；請重新看過，再按一次核定。"
    "您填的內容還在，附件請重新選擇。"
)


@require_POST
def adopt(request, agency, year):
    """Adopt the draft with what was shown; 409 and the comparison anew where it changed meanwhile."""
    edition = access.get_edition_to_manage(request, agency, year)
    plan = edition.plan
    if not plan.is_draft:
        messages.error(request, f"{plan.title}已經核定，不需要再核定一次；沒有任何變更。")
        return redirect("compare", agency=agency, year=year)
    form = AdoptionForm(request.POST, request.FILES)
    before = predecessor_of(edition)
    if not form.is_valid():
        return compare_page(request, edition, before, adoption_form=form, status=UNPROCESSABLE)
    typed = form.cleaned_data
    file = typed.pop("attachment")
    attachment = Attachment(file.name, file.read()) if file else None
    try:
        adopt_edition(by=request.user, plan=plan, attachment=attachment, **typed)
    except ComparisonChanged:
        form.add_error(None, CHANGED)
        return compare_page(request, edition, before, adoption_form=form, status=CONFLICT)
    except ValidationError as error:
        form.add_error(None, error)
        return compare_page(request, edition, before, adoption_form=form, status=UNPROCESSABLE)
    except PDFError as error:
        form.add_error(None, f"對照表無法產生，沒有核定；請系統管理人員處理：{error}")
        return compare_page(request, edition, before, adoption_form=form, status=UNPROCESSABLE)
    messages.success(request, f"{plan.title}已核定，全機關看得到；開放填報另在「年度管理」辦理。")
    return redirect("compare", agency=agency, year=year)
