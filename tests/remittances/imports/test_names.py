from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from remittances import price_statistics
from remittances.imports import deciding
from remittances.imports.resembling import Likeness, alike
from remittances.models import NameProposal, Provider, ProviderEvent, ProviderName, SurveyedService
from tests.make import accounts
from tests.make import remittances as make

if TYPE_CHECKING:
    from uuid import UUID

KCB = ("KCB", "KCB Bank", "Kenya Commercial Bank (KCB)")


@pytest.mark.parametrize(
    ("spelling", "known", "reason"),
    [
        ("azimo", "Azimo", "case"),
        ("Taptap Send", "TapTap Send", "case"),
        ("Western-Union", "Western Union", "case"),
        ("Kenya Commercial Bank (KCB)", "KCB", "brackets"),
        ("KCB Bank", "KCB", "generic_word"),
        ("Ria Money Transfer", "Ria", "generic_word"),
    ],
)
def test_spellings_of_one_firm_look_alike(spelling: str, known: str, reason: str) -> None:
    assert alike([spelling], [known, spelling]) == [Likeness(spelling, known, reason)]


@pytest.mark.parametrize(
    "pair", [("Equity Bank", "Bank of Africa"), ("Ria", "Remitly"), ("NMB", "NBM"), ("الف", "ب")]
)
def test_other_firms_do_not_look_alike(pair: tuple[str, str]) -> None:
    assert alike([pair[0]], list(pair)) == []


@pytest.fixture
def officer() -> UUID:
    return accounts.user(name="Petra Preis").pk


def firms() -> int | None:
    (row,) = price_statistics.statistics(price_statistics.Scope())
    return row.firms


@pytest.mark.django_db
def test_a_suspicion_waits_and_a_person_joins_and_parts_the_names(officer: UUID) -> None:
    make.imported([make.row(firm=name) for name in ("Azimo", "azimo", *KCB)])
    waiting = {(one.spelling_id, one.provider.name) for one in NameProposal.objects.all()}
    assert waiting == {
        ("azimo", "Azimo"),
        ("KCB Bank", "KCB"),
        ("Kenya Commercial Bank (KCB)", "KCB"),
    }
    assert firms() == 5
    proposal = NameProposal.objects.get(spelling="azimo")
    deciding.approve(proposal_id=proposal.pk, by=officer, now=make.NOW)
    assert ProviderName.objects.get(pk="azimo").provider.name == "Azimo"
    assert SurveyedService.objects.filter(name__provider__name="Azimo").count() == 2
    assert firms() == 4
    with pytest.raises(deciding.DecisionRefused, match="decided this already"):
        deciding.decline(proposal_id=proposal.pk, by=officer, now=make.NOW)

    deciding.undo(proposal_id=proposal.pk, by=officer, now=make.NOW)
    assert ProviderName.objects.get(pk="azimo").provider.name == "azimo"
    assert firms() == 5
    deciding.decline(proposal_id=proposal.pk, by=officer, now=make.NOW)
    assert [event.kind for event in ProviderEvent.objects.order_by("id")] == [
        "approved", "undone", "declined",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_declined_name_is_not_proposed_again(officer: UUID) -> None:
    make.imported([make.row(firm="Azimo"), make.row(firm="azimo")])
    proposal = NameProposal.objects.get()
    deciding.decline(proposal_id=proposal.pk, by=officer, now=make.NOW)
    make.imported([make.row(firm="Azimo", period="2026_4Q"), make.row(firm="azimo")])
    assert NameProposal.objects.get().state == "declined"


@pytest.mark.django_db
def test_what_is_known_of_a_firm_changes_with_its_past_kept(officer: UUID) -> None:
    make.imported([make.row()])
    firm = Provider.objects.get()
    changes = {"website": "https://example.org/", "licence_number": "L-1"}
    first = deciding.edit_provider(provider_id=firm.pk, changes=changes, by=officer, now=make.NOW)
    again = deciding.edit_provider(provider_id=firm.pk, changes=changes, by=officer, now=make.NOW)
    assert (first, again) == (["website", "licence_number"], [])
    assert ProviderEvent.objects.get().facts == {
        "website": ["", "https://example.org/"], "licence_number": ["", "L-1"],
    }  # fmt: skip
