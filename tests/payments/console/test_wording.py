"""Everything the books and the rooms name has a word for people."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from payments.console import wording
from payments.console.templatetags import console

KINDS = re.compile(r"^\| `([a-z_]+)`[^|]*\|[^|]*`[a-z_]+`[^|]*\|[^|]*`[a-z_]+`", re.MULTILINE)


def test_every_kind_of_entry_of_the_handbook_has_a_word() -> None:
    kinds = KINDS.findall((settings.BASE_DIR / "docs/money.md").read_text())

    assert len(kinds) >= 8
    assert {kind for kind in kinds if kind not in wording.ENTRIES} == set()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (console.entry_kind("fee_borne"), "Fee borne by the project"),
        (console.entry_kind("a_kind_of_later"), "a_kind_of_later"),
        (console.step("provider"), "the provider said so"),
        (console.step("paid: B-17"), "paid: B-17"),
    ],
)
def test_what_has_no_word_stays_as_it_is(said: str, shown: str) -> None:
    assert said == shown
