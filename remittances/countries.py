"""The countries of the world by their three-letter codes, as ISO 3166-1 and CLDR know them.

Kosovo has no ISO code. The World Bank writes both `KSV` and `XKX`; we write `XKX`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pycountry
from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies

KOSOVO = "XKX"
_ALIASES = {"KSV": KOSOVO}
_KOSOVO_TERRITORY = "XK"


class UnknownCountry(ValueError):
    """No country has this code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"“{code[:20]}” is not the three-letter code of a country.")


@dataclass(frozen=True, slots=True)
class CountryFacts:
    """What the standards say of one country; `currency` is blank where none is in use alone."""

    iso3: str
    iso2: str
    name: str
    currency: str


@cache
def country(code: str) -> CountryFacts:
    """Return the country with this ISO 3166-1 alpha-3 code, in any case.

    Raises:
        UnknownCountry: No present or former country has the code.
    """
    iso3 = code.upper()
    iso3 = _ALIASES.get(iso3, iso3)
    if iso3 == KOSOVO:
        return _facts(iso3, _KOSOVO_TERRITORY, "Kosovo")
    if len(iso3) == len(KOSOVO) and iso3.isascii():
        for register in (pycountry.countries, pycountry.historic_countries):
            if found := register.get(alpha_3=iso3):
                return _facts(iso3, getattr(found, "alpha_2", ""), found.name)
    raise UnknownCountry(code)


@cache
def from_alpha_2(code: str) -> CountryFacts:
    """Return the country with this ISO 3166-1 alpha-2 code, in any case.

    Raises:
        UnknownCountry: No country has the code.
    """
    if code.upper() == _KOSOVO_TERRITORY:
        return country(KOSOVO)
    found = pycountry.countries.get(alpha_2=code.upper()) if code.isascii() else None
    if found is None:
        raise UnknownCountry(code)
    return country(found.alpha_3)


def name_in(language: str, *, iso2: str, otherwise: str) -> str:
    """Return the country's name in a language such as `ar`, else the name it is stored with."""
    return _territories(language).get(iso2, otherwise)


def _facts(iso3: str, iso2: str, name: str) -> CountryFacts:
    currencies = get_territory_currencies(iso2) if iso2 else []
    return CountryFacts(
        iso3=iso3,
        iso2=iso2,
        name=name_in("en", iso2=iso2, otherwise=name),
        currency=currencies[0] if len(currencies) == 1 else "",
    )


@cache
def _territories(language: str) -> dict[str, str]:
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        locale = Locale.parse("en")
    return dict(locale.territories)
