from __future__ import annotations

import pytest

from remittances import countries


def test_a_country_is_known_by_its_code_in_any_case() -> None:
    kenya = countries.country("ken")
    assert (kenya.iso3, kenya.iso2, kenya.name, kenya.currency) == ("KEN", "KE", "Kenya", "KES")


def test_kosovo_has_one_code_whatever_the_bank_writes() -> None:
    assert countries.country("KSV") == countries.country("XKX") == countries.from_alpha_2("XK")
    assert countries.country("XKX").name == "Kosovo"


def test_a_former_country_is_known_and_has_no_currency() -> None:
    assert countries.country("ANT").name == "Netherlands Antilles"
    assert countries.country("ANT").currency == ""


@pytest.mark.parametrize("code", ["", "KE", "ZZZ", "ΚΕΝ", "KEN ", "K\0N", "404", "KENYA" * 100])
def test_nonsense_is_no_country(code: str) -> None:
    with pytest.raises(countries.UnknownCountry):
        countries.country(code)


@pytest.mark.parametrize("code", ["", "KEN", "ZZ", "ΚΕ"])
def test_nonsense_of_two_letters_is_no_country(code: str) -> None:
    with pytest.raises(countries.UnknownCountry):
        countries.from_alpha_2(code)


def test_names_follow_the_language_of_the_page() -> None:
    assert countries.name_in("ar", iso2="UG", otherwise="Uganda") == "أوغندا"
    assert countries.name_in("en", iso2="TZ", otherwise="x") == "Tanzania"
    assert countries.name_in("en", iso2="", otherwise="Atlantis") == "Atlantis"
    assert countries.name_in("xx", iso2="UG", otherwise="Uganda") == "Uganda"
