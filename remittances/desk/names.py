"""Names that may be one firm: a person joins them, keeps them apart, or takes that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from remittances.desk.access import actor, approving, may_approve, working
from remittances.desk.answers import SeeOther, paged
from remittances.imports import deciding, resembling
from remittances.models import NameProposal

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

REASONS = {
    resembling.CASE: gettext_lazy("The same but for case, blanks or punctuation"),
    resembling.BRACKETS: gettext_lazy("One stands in the other's brackets"),
    resembling.GENERIC: gettext_lazy("The same but for a word such as “Bank”"),
}
DECISIONS = {
    "approve": deciding.approve,
    "decline": deciding.decline,
    "undo": deciding.undo,
}


@require_safe
@working
def index(request: HttpRequest) -> HttpResponse:
    """List what waits, or with `?decided=1` what was decided, newest first."""
    decided = request.GET.get("decided") == "1"
    waiting = NameProposal.State.WAITING
    found = NameProposal.objects.select_related("provider", "decided_by", "spelling__provider")
    rows = found.exclude(state=waiting) if decided else found.filter(state=waiting)
    page = paged(request, rows.order_by("-decided_at" if decided else "created_at", "id"))
    context = {
        "page": page,
        "rows": [(one, REASONS.get(one.reason, one.reason)) for one in page],
        "decided": decided,
        "may_approve": may_approve(request.user),
    }
    return render(request, "remittances/desk/names.html", context)


@require_POST
@approving
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Do what the button says."""
    get_object_or_404(NameProposal, pk=proposal_id)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        messages.error(request, _("Choose one of the buttons."))
        return SeeOther("prices:names")
    try:
        decision(proposal_id=proposal_id, by=actor(request), now=timezone.now())
    except deciding.DecisionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done. It can be taken back under what was decided."))
    return SeeOther("prices:names")
