"""通知: what a person was told, newest first."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scorecard.models import Notice
from scorecard.services.notices import mark_as_read

NOTICES_A_PAGE = 50


@require_safe
def notices(request):
    own = Notice.objects.filter(recipient=request.user).select_related("agency")
    page = Paginator(own, NOTICES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "scorecard/notices.html", {"page": page, "unread": own.unread().count()})


@require_POST
def read(request):
    mark_as_read(by=request.user)
    return redirect("notices")
