"""Who may do what to a programme: a predicate returns None, or the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from projects.catalogue.models import Membership

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.utils.functional import _StrPromise

MANAGERS = frozenset({Membership.Role.AGENCY_OWNER, Membership.Role.AGENCY_MATCH_MANAGER})
TREASURERS = MANAGERS | {Membership.Role.AGENCY_FINANCE}
COMMITTEE = MANAGERS | {Membership.Role.AGENCY_VETTER}


def why_not_manage(roles: Collection[str]) -> _StrPromise | None:
    """Say why somebody with these roles in the agency may not write its programmes."""
    if MANAGERS.isdisjoint(roles):
        return _("Only match managers and the owner of the agency can change a programme.")
    return None


def why_not_fund(roles: Collection[str]) -> _StrPromise | None:
    """Say why somebody with these roles in the agency may not move money of its pots."""
    if TREASURERS.isdisjoint(roles):
        return _(
            "Only match managers, finance officers and the owner of the agency can move money of"
            " a pot."
        )
    return None


def why_not_judge(roles: Collection[str]) -> _StrPromise | None:
    """Say why somebody with these roles in the agency does not sit on its committees."""
    if COMMITTEE.isdisjoint(roles):
        return _("Only match managers, vetting officers and the owner of the agency can score.")
    return None


def why_not_publish(*, proposed_by: UUID | None, actor_id: UUID) -> _StrPromise | None:
    """Say why this person may not publish what another, or nobody yet, has proposed."""
    if proposed_by is None:
        return _("Nobody has proposed it yet.")
    if proposed_by == actor_id:
        return _(
            "You proposed it, so somebody else has to publish it: another match manager, or the"
            " owner of the agency."
        )
    return None


def why_not_decide(*, proposed_by: UUID | None, actor_id: UUID) -> _StrPromise | None:
    """Say why this person may not confirm a committee's decision that another has proposed."""
    if proposed_by is None:
        return _("Nobody has proposed it yet.")
    if proposed_by == actor_id:
        return _(
            "You proposed it, so somebody else has to confirm it: another match manager, or the"
            " owner of the agency."
        )
    return None


def why_not_move(*, proposed_by: UUID, actor_id: UUID) -> _StrPromise | None:
    """Say why this person may not move the money of a pot that somebody proposed to move."""
    if proposed_by == actor_id:
        return _(
            "You proposed it, so somebody else has to confirm it: another match manager or finance"
            " officer, or the owner of the agency."
        )
    return None
