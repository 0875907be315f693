"""Spellings of firms as files bring them: each is known before a row uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.utils.text import slugify

from remittances.imports import resembling
from remittances.models import NameProposal, Provider, ProviderName

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_LOCK = 0x57454E41  # Any number that nobody else locks.
_NAMELESS = "provider"  # The slug of a name without a letter that a slug can hold.


def make_known(spellings: Iterable[str], *, now: datetime) -> list[str]:
    """Add the spellings that are not known, each with a firm of its own, and return them.

    A firm that already bears the very name gets the spelling. Where a new spelling looks like one
    that is known, a proposal waits for somebody to decide.
    """
    wanted = set(spellings)
    if _unknown(wanted):
        wait_for_other_naming()
    new = _unknown(wanted)
    if new:
        firms = _firms(new)
        ProviderName.objects.bulk_create(
            [ProviderName(spelling=name, provider=firms[name]) for name in new],
            ignore_conflicts=True,
        )
        _propose(new, now=now)
    return new


def wait_for_other_naming() -> None:
    """Hold the lock of new names until the transaction ends.

    Imports, feeds and entries have locks of their own, and each may bring a new name. Who takes
    this lock after it added countries may wait in a ring with another: names come first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _unknown(spellings: set[str]) -> list[str]:
    known = ProviderName.objects.filter(pk__in=spellings).values_list("pk", flat=True)
    return sorted(spellings.difference(known))


def _propose(new: list[str], *, now: datetime) -> None:
    """Propose for each new spelling the firm of the spelling it looks like, the oldest first."""
    names = ProviderName.objects.select_related("provider").order_by("provider_id", "spelling")
    firm_of = {name.spelling: name.provider for name in names}
    NameProposal.objects.bulk_create(
        [
            NameProposal(
                spelling_id=likeness.spelling,
                provider=firm_of[likeness.like],
                reason=likeness.reason,
                created_at=now,
            )
            for likeness in resembling.alike(new, list(firm_of))
            if firm_of[likeness.like] != firm_of[likeness.spelling]
        ],
        ignore_conflicts=True,
    )


def _firms(names: list[str]) -> dict[str, Provider]:
    """Return the firms of these names, the new ones added."""
    taken = set(Provider.objects.values_list("slug", flat=True))
    named = set(Provider.objects.filter(name__in=names).values_list("name", flat=True))
    fresh = []
    for name in names:
        if name not in named:
            fresh.append(Provider(name=name, slug=_slug(name, taken)))
            taken.add(fresh[-1].slug)
    Provider.objects.bulk_create(fresh, ignore_conflicts=True)
    return Provider.objects.in_bulk(names, field_name="name")


def _slug(name: str, taken: set[str]) -> str:
    """Return the plain form of a name for addresses, with a number where it is taken."""
    plain = slugify(name).strip("-_") or _NAMELESS
    slug, number = plain, 1
    while slug in taken:
        number += 1
        slug = f"{plain}-{number}"
    return slug
