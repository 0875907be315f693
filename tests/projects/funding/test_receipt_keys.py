"""A contribution is found by the number of its receipt, for who asks why it was matched so."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from projects.funding.selectors import key_of_receipt
from tests.make import funding as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["{}", " {} ", "plain", "lower"])
def test_a_contribution_is_explained_by_the_number_of_its_receipt(typed: str) -> None:
    fund = make.programme(id="fund")
    made = make.settled()
    make.allocate(fund.programme_id)
    number = made.receipt_number or ""
    known = {"plain": number.replace("-", " "), "lower": number.lower()}
    out = StringIO()

    call_command(
        "matching", "explain", known.get(typed, typed.format(number)), "--json", stdout=out
    )

    told = json.loads(out.getvalue())
    assert told["contribution"] == made.key
    assert [(each["programme"], each["minor"]) for each in told["matches"]] == [("fund", 200_00)]
    by_key = StringIO()
    call_command("matching", "explain", made.key, "--json", stdout=by_key)
    assert by_key.getvalue() == out.getvalue()


@pytest.mark.parametrize("text", ["", "W26-0000-0000-0000", "nothing"])
def test_what_no_receipt_has_is_no_key(text: str) -> None:
    assert key_of_receipt(text) is None
    with pytest.raises(CommandError, match="No settled money is known as"):
        call_command("matching", "explain", text or "x")
