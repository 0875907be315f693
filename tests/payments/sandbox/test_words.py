from __future__ import annotations

import re

import pytest

from payments.sandbox.declines import REASONS
from payments.sandbox.words import ARABIC, ENGLISH, language


def test_both_languages_say_the_same_things() -> None:
    places = re.compile(r"\{\w*\}")

    assert ARABIC.keys() == ENGLISH.keys()
    for name, text in ENGLISH.items():
        assert places.findall(ARABIC[name]) == places.findall(text), name
        assert ARABIC[name] != text


def test_every_refusal_has_words_or_is_told_as_a_decline() -> None:
    plain = {
        name
        for name, reason in REASONS.items()
        if (reason.decline_code or reason.code) not in ENGLISH
    }

    assert plain == {
        "generic_decline",
        "lost_card",
        "stolen_card",
        "authentication_required",  # Said to a program: the person is away.
    }
    assert {REASONS[name].code for name in plain} == {"card_declined", "authentication_required"}


@pytest.mark.parametrize(
    ("locale", "accepted", "expected"),
    [
        (None, "", "en"),
        (None, "ar", "ar"),
        ("auto", "ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("auto", "en-GB, ar;q=0.9", "en"),
        ("auto", "fr, ar;q=0.5, en;q=0.4", "ar"),
        ("auto", "fr;q=0.9, *;q=0.1", "en"),
        ("auto", "en;q=0.5, ar;q=0.51", "ar"),
        ("auto", ";;q=,,", "en"),
        ("en", "ar", "en"),
        ("fr", "ar", "en"),
    ],
)
def test_the_page_speaks(locale: str | None, accepted: str, expected: str) -> None:
    assert language(locale, accepted) == expected
