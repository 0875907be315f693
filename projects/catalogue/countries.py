"""Names of countries in people's languages, from their alpha-3 codes."""

from __future__ import annotations

from functools import lru_cache

import pycountry
from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=1024)
def country_name(code: str, language: str) -> str:
    """Return a country's name in a language, else the code itself."""
    alpha_2 = "XK" if code == "XKX" else _alpha_2(code)
    return str(_locale(language).territories.get(alpha_2, code))


def _alpha_2(code: str) -> str:
    country = pycountry.countries.get(alpha_3=code)
    return "" if country is None else str(country.alpha_2)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
