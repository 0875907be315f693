from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog

from marketplace import messages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{% translate "Give" %}', "Give"),
        ('<a\n     title="{% translate "Next page" %}">', "Next page"),
        (
            (
                "{% blocktranslate trimmed with name=n %}\n  Hello\n"
                "  {{ name }}\n{% endblocktranslate %}"
            ),
            "Hello %(name)s",
        ),
        ('{{ _("Sign in") }}', "Sign in"),
    ],
)
def test_a_sentence_in_a_template_is_found(source: Path, template: str, found: str) -> None:
    source.write_text(template)

    assert found in sentences(source)


def test_a_plural_in_a_template_is_found_with_both_forms(source: Path) -> None:
    source.write_text(
        "{% blocktranslate count n=n %}{{ n }} person"
        "{% plural %}{{ n }} people{% endblocktranslate %}"
    )

    assert ("%(n)s person", "%(n)s people") in sentences(source)


def test_a_missing_a_fuzzy_and_an_ill_formed_translation_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted, have = Catalog(), Catalog(locale="ar")
    for sentence in ("Give", "Take", "Pay %(amount)s", "Stay"):
        wanted.add(sentence)
    have.add("Take", "خذ", flags=["fuzzy"])
    have.add("Pay %(amount)s", "ادفع %(sum)s", flags=["python-format"])
    have.add("Stay", "ابق")
    monkeypatch.setattr(messages, "extracted", lambda: wanted)
    monkeypatch.setattr(messages, "read", lambda language: have)  # noqa: ARG005

    owed = list(messages.faults("ar"))

    assert owed[0] == "ar: not translated: 'Give'"
    assert owed[1] == "ar: marked fuzzy: 'Take'"
    assert "Pay %(amount)s" in owed[2]
    assert len(owed) == 3


@pytest.mark.parametrize("language", messages.finished_languages())
def test_a_finished_language_owes_nothing(language: str) -> None:
    assert list(messages.faults(language)) == []


def sentences(file: Path) -> list[str | tuple[str, ...]]:
    return [message for message, _comments, _context in messages.sentences_of(file)]
