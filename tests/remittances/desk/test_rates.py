"""A rate is typed by one officer and stands by another."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from remittances.models import RateProposal, ReferenceRate
from tests.remittances.desk.test_entries import desk, officer, page

pytestmark = pytest.mark.django_db


def typed(**changes: str) -> dict[str, str]:
    today = f"{timezone.now().date()}"
    return {
        "base": "USD", "quote": "KES", "rate": "129.45", "on": today, "source": "Central Bank",
        **changes,
    }  # fmt: skip


def test_a_rate_is_typed_by_one_and_published_by_another() -> None:
    first, second, at = desk(officer()), desk(officer("Otto Ohr")), reverse("prices:rates")

    assert first.post(at, typed()).status_code == 303
    proposal = RateProposal.objects.get()
    publish = reverse("prices:publish_rate", args=[proposal.pk])
    assert publish not in page(first, at)
    first.post(publish)
    assert ReferenceRate.objects.count() == 0
    assert publish in page(second, at)
    second.post(publish)

    assert ReferenceRate.objects.get().source == "Central Bank"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate": "1,5"}, "between thousands"),
        ({"rate": "0"}, "above zero"),
        ({"quote": "USD"}, "are the same"),
        ({"on": "2199-01-01"}, "not come yet"),
        ({"base": "XXX"}, "Select a valid choice"),
    ],
)
def test_a_mistake_is_told_and_nothing_kept(changes: dict[str, str], words: str) -> None:
    response = desk(officer()).post(reverse("prices:rates"), typed(**changes))

    assert response.status_code == 200
    assert words in response.content.decode()
    assert RateProposal.objects.count() == 0


def test_declining_needs_a_reason() -> None:
    desk(officer()).post(reverse("prices:rates"), typed())
    at = reverse("prices:decline_rate", args=[RateProposal.objects.get().pk])
    second = desk(officer("Otto Ohr"))

    assert "Say why." in second.post(at, {"reason": ""}).content.decode()
    second.post(at, {"reason": "Misread."})
    assert RateProposal.objects.get().state == "declined"
