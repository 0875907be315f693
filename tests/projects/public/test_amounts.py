"""Every amount of the corpus through the form: taken as meant, or refused beside the field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from payments.amounts import Refusal
from payments.currencies import UnknownCurrency
from payments.money import Money
from projects.funding.models import Contribution
from projects.public.forms import AmountForm
from projects.public.refusals import AMOUNT_REFUSALS
from tests.make import funding as make
from tests.projects.public.visitor import Visitor, text

if TYPE_CHECKING:
    from django.test import Client

CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "corpus" / "amounts.jsonl").read_text().splitlines()
]
TYPED = [line for line in CORPUS if isinstance(line["input"], str)]
NAME = "{number} {name}".format_map


def filled_in(line: dict[str, Any]) -> AmountForm:
    text = line["input"] * line.get("times", 1)
    return AmountForm({"amount": text, "token": uuid4()}, currency=line["currency"])


@pytest.mark.parametrize("line", TYPED, ids=NAME)
def test_the_form_takes_what_was_meant_or_says_why_not(line: dict[str, Any]) -> None:
    expected = line["typed"]
    with translation.override(line["language"]):
        if expected == "unknown_currency":
            with pytest.raises(UnknownCurrency):
                filled_in(line).is_valid()
            return
        form = filled_in(line)
        if isinstance(expected, int):
            assert form.is_valid(), form.errors
            assert form.cleaned_data["amount"] == Money(expected, line["currency"])
            return
        assert not form.is_valid()
        (sentence,) = form.errors["amount"]
        if expected != Refusal.BELOW_MINIMUM and "\0" not in line["input"]:
            assert sentence == str(AMOUNT_REFUSALS[Refusal(expected)])


@pytest.mark.django_db
@pytest.mark.promise("I4")
def test_the_page_refuses_with_a_sentence_beside_the_field_and_keeps_what_was_typed(
    client: Client,
) -> None:
    campaign = make.campaign(at=timezone.now())
    visitor = Visitor(client, campaign.project.slug)
    wrong = [line for line in TYPED if line["currency"] == "EUR" and line["language"] == "en"]

    for line in wrong:
        typed = line["input"] * line.get("times", 1)
        answer = visitor.give(typed)
        if isinstance(line["typed"], int) and 5_00 <= line["typed"] <= 500_00:
            assert answer.status_code == 303, line["name"]
            continue
        assert answer.status_code == 422, line["name"]
        body = answer.content.decode()
        assert 'aria-invalid="true"' in body, line["name"]
        assert "There is a problem" in body, line["name"]
    amounts = Contribution.objects.values_list("amount_minor", flat=True)
    assert all(5_00 <= minor <= 500_00 for minor in amounts)


@pytest.mark.django_db
def test_what_was_understood_is_shown_back_in_the_words_of_the_page(client: Client) -> None:
    campaign = make.campaign(at=timezone.now())
    arabic = Visitor(client, campaign.project.slug, language="ar")

    match_page = client.get(arabic.give("٢٥٠٫٥٠")["Location"])

    assert Contribution.objects.get().amount == Money(250_50, "EUR")
    assert "250.50" in text(match_page)


@pytest.mark.django_db
def test_an_amount_this_project_does_not_take_is_refused_with_its_limits(client: Client) -> None:
    campaign = make.campaign(at=timezone.now())

    answer = Visitor(client, campaign.project.slug).give("501")

    assert answer.status_code == 422
    assert "Enter an amount from €5.00 to €500.00." in text(answer)
    assert not Contribution.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "00000000", "' OR 1=1"])
def test_a_form_without_a_usable_token_is_shown_again_with_a_new_one(
    client: Client, token: str
) -> None:
    campaign = make.campaign(at=timezone.now())
    address = f"/en/give/{campaign.project.slug}/amount/"

    answer = client.post(address, {"amount": "100", "token": token})

    assert answer.status_code == 422
    assert not Contribution.objects.exists()
    assert (
        client.post(
            address, {"amount": "100", "token": answer.context["form"]["token"].value()}
        ).status_code
        == 303
    )
