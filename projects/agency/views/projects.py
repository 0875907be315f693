"""Writing projects and looking at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from projects.agency import editor, selectors
from projects.agency.access import actor_id, agencies_or_404, may_write, project_or_404, workspace
from projects.catalogue import permissions, services
from projects.catalogue.refusals import ProjectChanged, WrongState

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from projects.agency.editor import Editor
    from projects.catalogue.models import Organisation, Project

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@workspace
def home(request: HttpRequest) -> HttpResponse:
    """List the projects of the agencies this person works for."""
    agencies = agencies_or_404(request)
    found = selectors.listing(agencies, language=language(), page=request.GET.get("page"))
    writable = [agency for agency in agencies if may_write(request, agency)]
    context = {"agencies": agencies, "writable": writable, "listing": found}
    return render(request, "agency/home.html", context)


@require_safe
@workspace
def project(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Show where a project stands, what it says, and what happened to it."""
    found = project_or_404(request, project_id)
    context = {
        "overview": selectors.overview(found, language=language()),
        "may_write": may_write(request, found.agency),
    }
    return render(request, "agency/project.html", context)


@form_page
@workspace
def new(request: HttpRequest) -> HttpResponse:
    """Start a project."""
    agency = _chosen(agencies_or_404(request, writing=True), request.GET.get("agency"))
    if request.method != "POST":
        return _show(request, editor.blank(agency, language=language()), agency)
    page = _sent(request, agency)
    if not (page.form.is_bound and page.is_valid()):
        return _show(request, page, agency)
    made = services.create_project(
        draft=page.draft(), agency_id=agency.pk, actor_id=actor_id(request), now=timezone.now()
    )
    messages.success(request, _("Saved as a draft."))
    return redirect("agency:project", made.pk)


@form_page
@workspace
def edit(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Change a draft."""
    found = project_or_404(request, project_id, writing=True)
    if reason := permissions.why_not_edit(found.state):
        messages.warning(request, str(reason))
        return redirect("agency:project", found.pk)
    if request.method != "POST":
        return _show(request, editor.filled(found), found.agency, found)
    page = _sent(request, found.agency)
    if not (page.form.is_bound and page.is_valid()):
        return _show(request, page, found.agency, found)
    return _save(request, page, found)


def _save(request: HttpRequest, page: Editor, found: Project) -> HttpResponse:
    """Save a draft, or show the person's own words again beside the name of who was faster."""
    try:
        services.save_project(
            project_id=found.pk,
            draft=page.draft(),
            version=page.version,
            actor_id=actor_id(request),
            now=timezone.now(),
        )
    except ProjectChanged as conflict:
        again = editor.sent(found.agency, request.POST, version=conflict.version)
        return _show(request, again, found.agency, found, conflict)
    except WrongState as refusal:
        messages.warning(request, str(refusal))
        return redirect("agency:project", found.pk)
    messages.success(request, _("Saved."))
    return redirect("agency:project", found.pk)


def _sent(request: HttpRequest, agency: Organisation) -> Editor:
    make = editor.with_more_rows if editor.MORE in request.POST else editor.sent
    return make(agency, request.POST)


def _show(
    request: HttpRequest,
    page: Editor,
    agency: Organisation,
    found: Project | None = None,
    conflict: ProjectChanged | None = None,
) -> HttpResponse:
    context = {
        "editor": page,
        "form": page.form,
        "agency": agency,
        "project": found,
        "conflict": conflict,
    }
    return render(request, "agency/edit.html", context)


def _chosen(agencies: list[Organisation], slug: str | None) -> Organisation:
    """Return the agency named in the address, else the person's first.

    Raises:
        Http404: The person may not write for the one named.
    """
    named = [agency for agency in agencies if slug in (None, agency.slug)]
    if not named:
        raise Http404
    return named[0]


def language() -> str:
    return get_language() or "en"
