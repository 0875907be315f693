"""Moving a project on: sending it for checking, taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.agency import selectors
from projects.agency.access import actor_id, project_or_404, workspace
from projects.agency.forms import WithdrawForm
from projects.agency.views.projects import form_page, language
from projects.catalogue import permissions, services
from projects.catalogue.refusals import NotReady, WrongState

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from projects.catalogue.models import Project


@form_page
@workspace
def submit(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Show what is missing, or ask once more; then send the project for checking."""
    found = project_or_404(request, project_id, writing=True)
    if reason := permissions.why_not_submit(found.state):
        messages.warning(request, str(reason))
        return redirect("agency:project", found.pk)
    if request.method == "POST":
        try:
            services.submit_project(
                project_id=found.pk, actor_id=actor_id(request), now=timezone.now()
            )
        except (NotReady, WrongState) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Sent for checking."))
            return redirect("agency:project", found.pk)
    context = {"overview": selectors.overview(found, language=language())}
    return render(request, "agency/submit.html", context)


@form_page
@workspace
def withdraw(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Ask for a reason, then end a project that was never public."""
    found = project_or_404(request, project_id, writing=True)
    if reason := permissions.why_not_withdraw(found.state):
        messages.warning(request, str(reason))
        return redirect("agency:project", found.pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _withdraw(request, found, reason=form.cleaned_data["reason"])
        return redirect("agency:project", found.pk)
    overview = selectors.overview(found, language=language())
    return render(request, "agency/withdraw.html", {"form": form, "overview": overview})


def _withdraw(request: HttpRequest, found: Project, *, reason: str) -> None:
    try:
        services.withdraw_project(
            project_id=found.pk, actor_id=actor_id(request), reason_text=reason, now=timezone.now()
        )
    except WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The project was taken back."))
