"""Fields for what people type into a rule: countries, whole numbers, amounts, and what is kept."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import pycountry
from babel.core import get_global
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects.catalogue.countries import country_name
from projects.typed_text import TextField

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_KEPT = 64 * 1024
_BETWEEN = re.compile(r"[,،;؛\n]")
_KOSOVO = "XKX"


class KeptField(forms.CharField):
    """An object the page carries along unseen, so that nothing of it is lost."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  Django's own.
        super().__init__(max_length=MOST_KEPT, strip=False, **options)

    def to_python(self, value: object) -> dict[str, object] | None:  # type: ignore[override]
        """Return the object; nothing where nothing was carried.

        Raises:
            forms.ValidationError: The page was tampered with.
        """
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise forms.ValidationError(_("This page is damaged. Open it again."))
        return found

    def validate(self, value: object) -> None:
        """Accept what was read; only a missing object may be required."""
        if self.required and value is None:
            raise forms.ValidationError(_("This page is damaged. Open it again."))

    def run_validators(self, value: object) -> None:
        """Check the length of what was carried, which is text no longer."""
        if value is not None:
            super().run_validators(json.dumps(value))

    def prepare_value(self, value: object) -> str:
        """Return the object as text that no spelling rule can change."""
        if isinstance(value, str):
            return value
        return "" if value is None else json.dumps(value)


class WholeField(forms.IntegerField):
    """A whole number in any digits."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class CountriesField(TextField):
    """Names or codes of countries, divided by commas, in the language of the page."""

    def clean(self, value: object) -> tuple[str, ...]:
        """Return alpha-3 codes.

        Raises:
            forms.ValidationError: Naming what is no country.
        """
        return countries(str(super().clean(value)))


def countries(text: str) -> tuple[str, ...]:
    """Return the alpha-3 codes of countries written in a line.

    Raises:
        forms.ValidationError: Naming the first that we do not know.
    """
    known = _codes(get_language() or "en")
    found: dict[str, None] = {}
    for word in words(text):
        code = known.get(word.casefold())
        if code is None:
            raise forms.ValidationError(
                _("We do not know the country “%(name)s”.") % {"name": word}
            )
        found[code] = None
    return tuple(found)


def words(text: str) -> list[str]:
    """Return what stands between commas and semicolons."""
    return [word.strip() for word in _BETWEEN.split(text) if word.strip()]


def country_names(codes: Iterable[str]) -> str:
    """Return names of countries in the language of the page, divided by commas."""
    language = get_language() or "en"
    comma = "، " if language.startswith("ar") else ", "
    return comma.join(country_name(alpha_3(code), language) for code in codes)


def alpha_3(code: str) -> str:
    """Return the three-letter code of a country written with two or three letters."""
    found = pycountry.countries.get(alpha_2=code) if len(code) == 2 else None  # noqa: PLR2004  As ISO.
    return str(found.alpha_3) if found else code


def same_countries(one: Sequence[str], other: Sequence[str]) -> bool:
    return [alpha_3(code) for code in one] == [alpha_3(code) for code in other]


def zones(territories: Iterable[str], *more: str) -> list[tuple[str, str]]:
    """Return the time zones of countries (alpha-3), and those named, as choices."""
    codes = {_alpha_2(code) for code in territories}
    known = available_timezones()
    local = sorted(
        zone
        for zone, territory in get_global("zone_territories").items()
        if territory in codes and zone in known
    )
    return [(zone, zone) for zone in dict.fromkeys(("UTC", *local, *more))]


@lru_cache(maxsize=8)
def _codes(language: str) -> dict[str, str]:
    """Return alpha-3 codes by everything a person may call a country."""
    found: dict[str, str] = {}
    for code in (*(each.alpha_3 for each in pycountry.countries), _KOSOVO):
        names = (country_name(code, "en"), country_name(code, language), _alpha_2(code), code)
        found |= {name.casefold(): code for name in names if name}
    return found


def _alpha_2(code: str) -> str:
    found = pycountry.countries.get(alpha_3=code)
    return str(found.alpha_2) if found else ("XK" if code == _KOSOVO else "")
