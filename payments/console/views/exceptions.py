"""The exceptions queue: what does not fit, who looks after it, and why it was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments.console import selectors, tables
from payments.console.access import action, actor, books, form_page, may_work, working
from payments.console.answers import SeeOther, sheet
from payments.console.filters import ExceptionFilter
from payments.console.forms import ReasonForm
from payments.console.lists import listing
from payments.reconciliation import services
from payments.reconciliation.models import QueuedException

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse


@require_safe
@books
def index(request: HttpRequest) -> HttpResponse:
    """List what waits, longest first; closed ones on demand."""
    found = ExceptionFilter(request.GET, queryset=selectors.exceptions())
    shown, now = listing(found, request.GET), timezone.now()
    context = {"listing": shown, "rows": [(one, one.age(now)) for one in shown.page]}
    return render(request, "console/exceptions.html", context)


@require_safe
@books
def table(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Give the same list as a file."""
    found = ExceptionFilter(request.GET, queryset=selectors.exceptions())
    return sheet("exceptions", tables.EXCEPTIONS, tables.exceptions(found.qs), asked=found.form)


@require_safe
@books
def exception(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Show both sides of what does not fit, and what to do about it."""
    found = get_object_or_404(selectors.exceptions(), pk=exception_id)
    context = {
        "found": found,
        "age": found.age(timezone.now()),
        "is_mine": found.owner_id == actor(request),
        "may_work": may_work(request.user),
    }
    return render(request, "console/exception.html", context)


@action
@working
def take(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Make the person the one who looks after it."""
    get_object_or_404(QueuedException, pk=exception_id)
    person = actor(request)
    try:
        services.assign_exception(exception_id=exception_id, by=person, owner=person)
    except services.ExceptionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You look after this now."))
    return SeeOther("finance:exception", exception_id)


@form_page
@working
def close(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Ask for a reason, then close it."""
    found = get_object_or_404(QueuedException, pk=exception_id)
    if found.state == QueuedException.State.CLOSED:
        messages.warning(request, _("This has been closed already."))
        return SeeOther("finance:exception", found.pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _closed(request, found, form):
        return SeeOther("finance:exception", found.pk)
    return render(request, "console/close.html", {"form": form, "found": found})


def _closed(request: HttpRequest, found: QueuedException, form: ReasonForm) -> bool:
    """Close it with the reason of a valid form; a refusal is put on the form."""
    reason = form.cleaned_data["reason"]
    try:
        services.close_exception(
            exception_id=found.pk, by=actor(request), reason=reason, now=timezone.now()
        )
    except services.ExceptionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Closed."))
    return True
