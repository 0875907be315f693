"""Who may do what to a project: a predicate returns None, or the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from projects.catalogue.models import Membership, Project

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.utils.functional import _StrPromise

WRITERS = frozenset({Membership.Role.AGENCY_OWNER, Membership.Role.AGENCY_EDITOR})
AGENCY_ROLES = frozenset(Membership.Role.values) - {Membership.Role.OWNER}
EDITABLE_STATES = frozenset({Project.State.DRAFT})
WITHDRAWABLE_STATES = (
    frozenset(Project.State) - set(Project.PUBLISHED_STATES) - set(Project.TERMINAL_STATES)
)


def why_not_write(roles: Collection[str]) -> _StrPromise | None:
    """Say why somebody with these roles in the agency may not write its projects."""
    if WRITERS.isdisjoint(roles):
        return _("Only project officers and the owner of the agency can change a project.")
    return None


def why_not_list_in(country: str, territories: Collection[str]) -> _StrPromise | None:
    if country not in territories:
        return _("Your agency does not list projects in that country.")
    return None


def why_not_edit(state: str) -> _StrPromise | None:
    if state not in EDITABLE_STATES:
        return _("The project was sent for checking, so its text is fixed.")
    return None


def why_not_submit(state: str) -> _StrPromise | None:
    if state != Project.State.DRAFT:
        return _("The project was sent for checking already.")
    return None


def why_not_withdraw(state: str) -> _StrPromise | None:
    if state in Project.TERMINAL_STATES:
        return _("The project has ended already.")
    if state not in WITHDRAWABLE_STATES:
        return _("The project is public and may hold people's money, so it cannot be withdrawn.")
    return None
