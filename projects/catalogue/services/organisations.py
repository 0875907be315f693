"""Founding organisations and taking people into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from projects.catalogue.models import Membership, Organisation

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@transaction.atomic
def found_organisation(  # noqa: PLR0913  What an organisation is known by.
    *,
    slug: str,
    name: str,
    kind: str,
    country: str,
    now: datetime,
    territories: tuple[str, ...] = (),
    status: Organisation.Status = Organisation.Status.UNVERIFIED,
) -> Organisation:
    """Write down an organisation; countries are ISO 3166-1 alpha-3."""
    return Organisation.objects.create(
        slug=slug,
        name=name,
        kind=kind,
        status=status,
        country=country,
        territories=list(territories),
        created_at=now,
    )


@transaction.atomic
def add_member(
    *, organisation_id: UUID, user_id: UUID, role: Membership.Role, now: datetime
) -> Membership:
    """Give a person a role in an organisation. Giving it again changes nothing."""
    membership, _ = Membership.objects.get_or_create(
        organisation_id=organisation_id,
        user_id=user_id,
        role=role,
        defaults={"created_at": now},
    )
    return membership
