"""Who may enter the workspace. Whoever may not gets the answer of a page that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.cache import cache_control

from projects.catalogue.models import Project
from projects.catalogue.permissions import AGENCY_ROLES, WRITERS
from projects.catalogue.selectors import roles_in_agencies

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from projects.catalogue.models import Organisation

Arguments = ParamSpec("Arguments")


def workspace(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """Send strangers to the log-in, and keep the page out of every cache."""
    private: Callable[Concatenate[HttpRequest, Arguments], HttpResponse] = cache_control(
        private=True, no_store=True
    )(login_required(view))
    return private


def agencies_or_404(request: HttpRequest, *, writing: bool = False) -> list[Organisation]:
    """Return the agencies this person works for, or may write for.

    Raises:
        Http404: There is none.
    """
    wanted = WRITERS if writing else AGENCY_ROLES
    roles = roles_in_agencies(request.user)
    agencies = [agency for agency, held in roles.items() if not wanted.isdisjoint(held)]
    if not agencies:
        raise Http404
    return agencies


def project_or_404(request: HttpRequest, project_id: UUID, *, writing: bool = False) -> Project:
    """Return a project of an agency this person works for, or may write for.

    Raises:
        Http404: There is none of that id, or not for this person.
    """
    agencies = agencies_or_404(request, writing=writing)
    mine = Project.objects.worked_on_by(request.user).filter(agency__in=agencies)
    project = mine.select_related("agency", "organisation").filter(pk=project_id).first()
    if project is None:
        raise Http404
    return project


def may_write(request: HttpRequest, agency: Organisation) -> bool:
    """Tell whether this person may change the agency's projects, to show or hide a button."""
    return not WRITERS.isdisjoint(roles_in_agencies(request.user).get(agency, set()))


def actor_id(request: HttpRequest) -> UUID:
    """Return who is acting.

    Raises:
        Http404: Nobody is signed in.
    """
    if request.user.pk is None:
        raise Http404
    return request.user.pk
