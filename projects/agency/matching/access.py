"""The wall around programmes: whoever may not see one gets the answer of a missing page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from projects.agency.access import agencies_or_404
from projects.catalogue.permissions import AGENCY_ROLES
from projects.catalogue.selectors import roles_in_agencies
from projects.matching.models import Programme
from projects.matching.models.drafts import ProgrammeDraft

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.http import HttpRequest

    from projects.catalogue.models import Organisation


def agencies_with(request: HttpRequest, roles: Collection[str]) -> list[Organisation]:
    """Return the agencies in which this person has one of these roles.

    Raises:
        Http404: There is none.
    """
    held = roles_in_agencies(request.user)
    found = [agency for agency, mine in held.items() if not mine.isdisjoint(roles)]
    if not found:
        raise Http404
    return found


def programme_or_404(
    request: HttpRequest, key: str, roles: Collection[str] = AGENCY_ROLES
) -> Programme:
    """Return a programme of an agency in which this person has one of these roles.

    Raises:
        Http404: There is none of that id, or not for this person.
    """
    agencies = agencies_with(request, roles)
    found = Programme.objects.filter(pk=key, agency__in=agencies).select_related("agency").first()
    if found is None:
        raise Http404
    return found


def draft_or_404(
    request: HttpRequest, draft_id: UUID, roles: Collection[str] = AGENCY_ROLES
) -> ProgrammeDraft:
    """Return a draft of an agency in which this person has one of these roles.

    Raises:
        Http404: There is none of that id, or not for this person.
    """
    mine = ProgrammeDraft.objects.filter(pk=draft_id, agency__in=agencies_with(request, roles))
    found = mine.select_related("agency", "saved_by", "proposed_by", "published_by").first()
    if found is None:
        raise Http404
    return found


def roles_at(request: HttpRequest, agency: Organisation) -> set[str]:
    """Return what this person is in an agency, to show or hide a button."""
    return roles_in_agencies(request.user).get(agency, set())


__all__ = ["agencies_or_404", "agencies_with", "draft_or_404", "programme_or_404", "roles_at"]
