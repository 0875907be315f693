"""Spellings of firms as files bring them: each is known before a row uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import slugify

from remittances.models import Provider, ProviderName

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMELESS = "provider"  # The slug of a name without a letter that a slug can hold.


def make_known(spellings: Iterable[str]) -> list[str]:
    """Add the spellings that are not known, each with a firm of its own, and return them.

    A firm that already bears the very name gets the spelling.
    """
    wanted = set(spellings)
    known = ProviderName.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    new = sorted(wanted.difference(known))
    if new:
        firms = _firms(new)
        ProviderName.objects.bulk_create(
            [ProviderName(spelling=name, provider=firms[name]) for name in new],
            ignore_conflicts=True,
        )
    return new


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
