"""The countries a giver may live in, by name in the page's language."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import pycountry
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects.catalogue.countries import country_name

KOSOVO = "XKX"  # Not in ISO 3166, and home to many givers.
_KOSOVO = {KOSOVO, "KSV", "XK"}


def alpha_3(code: str) -> str | None:
    """Return the alpha-3 code for an alpha-2 or alpha-3 code in any case, if it is a country."""
    wanted = code.strip().upper()
    if wanted in _KOSOVO:
        return KOSOVO
    country = pycountry.countries.get(alpha_3=wanted) or pycountry.countries.get(alpha_2=wanted)
    return None if country is None else str(country.alpha_3)


def country_choices() -> list[tuple[str, str]]:
    """Return (alpha-3 code, name) of every country, with an empty choice first."""
    return [("", _("Choose a country")), *_named(get_language() or "en")]


@lru_cache(maxsize=16)
def _named(language: str) -> tuple[tuple[str, str], ...]:
    codes = [country.alpha_3 for country in pycountry.countries] + [KOSOVO]
    named = [(code, country_name(code, language)) for code in codes]
    return tuple(sorted(named, key=lambda choice: _alphabetical(choice[1])))


def _alphabetical(name: str) -> str:
    """Return a key that sorts accented letters with their plain ones."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
