"""An officer enters a price, another one looks and lets it stand."""

from __future__ import annotations

import html
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from remittances.models import PriceEntry, PriceEvidence, SurveyedService
from tests.make import accounts
from tests.remittances.entries import made
from tests.remittances.rates import made as rates

if TYPE_CHECKING:
    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
NEW = "/en/prices/entries/new/"


def officer(name: str = "Amina Amt", *codes: str) -> User:
    person = accounts.user(name=name)
    person.is_staff = True
    person.save()
    wanted = codes or ("work_prices", "approve_prices")
    person.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return person


def desk(person: User) -> Client:
    return accounts.sign_in(Client(), person)


def typed(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    today = timezone.now().date()
    return {
        "origin": "DEU",
        "destination": "KEN",
        "firm": "Kestrel Pay",
        "provider_type": "Money Transfer Operator",
        "pay_in": "Cash",
        "pay_out": "Mobile wallet",
        "speed": "Same day",
        "amount_1": "150",
        "fee_1": "3.00",
        "amount_2": "1,000.50",
        "fee_2": "0",
        "rate": "147",
        "reference_rate": "150",
        "reference_source": "Central Bank of Kenya",
        "transparent": "on",
        "collected_on": f"{today - timedelta(days=1)}",
        "evidence": SimpleUploadedFile("counter.png", made.picture()),
        **changes,
    }


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_a_price_goes_from_one_officer_by_another_to_the_comparison() -> None:
    first, second = desk(officer()), desk(officer("Otto Ohr"))

    response = first.post(NEW, typed())

    assert response.status_code == 303
    entry = PriceEntry.objects.get()
    at = response.headers["Location"]
    seen = page(first, at)
    assert "4.00%" in seen
    assert entry.evidence.sha256 in seen
    assert second.get(at).status_code == 404
    first.post(f"{at}send/")
    assert "A second person decides" in page(first, at)
    assert first.post(f"{at}publish/").status_code == 303
    assert SurveyedService.objects.count() == 0
    seen = page(second, at)
    for words in ("Central Bank of Kenya", "4.00%", "2.00%", "counter.png", "Amina Amt"):
        assert words in seen, words
    second.post(f"{at}publish/")
    assert SurveyedService.objects.get().kind == "entry"
    assert "Published" in page(second, at)


def test_the_second_person_sees_what_our_own_reference_rate_says() -> None:
    today = timezone.now().date()
    rates.rate("EUR", "KES", "180", on=today - timedelta(days=1))
    first, second = desk(officer()), desk(officer("Otto Ohr"))
    at = first.post(NEW, typed()).headers["Location"]
    first.post(f"{at}send/")

    for client in (first, second):
        seen = page(client, at)
        assert "The reference rate we know of that day is another one." in seen
        assert "4.00%" in seen
        assert "20.33%" in seen
        assert "The rate is more than 10% away from the reference rate." in seen


def test_nothing_typed_or_sent_is_lost_over_a_mistake() -> None:
    client = desk(officer())

    response = client.post(NEW, typed(amount_1="1.000,50"))

    shown = html.unescape(response.content.decode())
    assert response.status_code == 200
    assert "Enter the amount in digits" in shown
    assert "Kestrel Pay" in shown
    assert "1.000,50" in shown
    kept = PriceEvidence.objects.get()
    assert str(kept.pk) in shown
    again = typed(kept=str(kept.pk))
    del again["evidence"]
    assert client.post(NEW, again).status_code == 303
    assert PriceEntry.objects.get().evidence == kept


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount_1": "0"}, "above zero"),
        ({"amount_1": "-1"}, "without a plus or minus"),
        ({"amount_1": "NaN"}, "in digits"),
        ({"amount_1": "9" * 4301}, "too long"),
        ({"fee_1": "150"}, "as much as what is sent"),
        ({"amount_2": "100"}, "larger than the first"),
        ({"rate": "1,000.5"}, "between thousands"),
        ({"rate": ""}, "Enter the rate, or say"),
        ({"reference_source": ""}, "where you read this rate"),
        ({"rate": "999999999", "reference_rate": "0.000001"}, "out of all measure"),
        ({"destination": "DEU"}, "another country"),
        ({"destination": "XYZ"}, "Select a valid choice"),
        ({"collected_on": "2199-01-01"}, "not come yet"),
        ({"collected_on": "0001-01-01"}, "more than a year"),
        ({"collected_on": "31/02/2026"}, "Enter a valid date"),
        ({"firm": "Kes\u202etrel"}, "letters only"),
        ({"evidence": ""}, "Send a picture or document"),
        ({"evidence": SimpleUploadedFile("a.png", b"<svg/>")}, "PNG or JPEG"),
        ({"evidence": SimpleUploadedFile("a.png", b"")}, "empty"),
        (
            {"evidence": SimpleUploadedFile("a.pdf", made.document(b"<< /JS (x) >>"))},
            "contains scripts",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place_and_nothing_is_entered(
    changes: dict[str, Any], words: str
) -> None:
    response = desk(officer()).post(NEW, typed(**changes))

    assert response.status_code == 200
    assert words in html.unescape(response.content.decode())
    assert PriceEntry.objects.count() == 0


def test_arabic_digits_are_read_on_every_page() -> None:
    desk(officer()).post(NEW, typed(amount_1="١٥٠٫٥٠", rate="١٤٧٫٥"))

    entry = PriceEntry.objects.get()
    assert (str((entry.amount_1 or Decimal(0)).normalize()), str(entry.rate)[:5]) == (
        "150.5",
        "147.5",
    )


def test_evidence_is_a_private_download_and_never_a_page() -> None:
    author = officer()
    entry = made.waiting(author)
    address = reverse("prices:evidence", args=[entry.pk])

    response = desk(author).get(address)

    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
    assert bytes(response.content) == bytes(entry.evidence.content)
    assert Client().get(address).status_code == 302
    assert accounts.sign_in(Client(), accounts.user()).get(address).status_code == 404


def test_whoever_only_works_decides_nothing() -> None:
    entry = made.waiting(officer())
    worker = desk(officer("Wanda Werk", "work_prices"))
    at = reverse("prices:entry", args=[entry.pk])

    assert "Publish" not in page(worker, at)
    assert worker.post(f"{at}publish/").status_code == 404
    assert worker.post(f"{at}decline/", {"reason": "No."}).status_code == 404
    entry.refresh_from_db()
    assert entry.state == "waiting"


def test_declining_needs_a_reason_and_tells_it_to_the_author() -> None:
    author = officer()
    at = reverse("prices:entry", args=[made.waiting(author).pk])
    second = desk(officer("Otto Ohr"))

    assert "Say why." in second.post(f"{at}decline/", {"reason": " "}).content.decode()
    second.post(f"{at}decline/", {"reason": "The fee is of 2024."})

    assert "The fee is of 2024." in page(desk(author), at)


def test_a_draft_is_changed_where_it_was_written() -> None:
    rates.rate("EUR", "KES", "150", source="Bank")
    author = officer()
    entry = made.draft(author)
    at = reverse("prices:change_entry", args=[entry.pk])

    assert 'value="147"' in page(desk(author), at)
    sent = typed(fee_1="2.00")
    del sent["evidence"]
    assert desk(author).post(at, sent).status_code == 303
    entry.refresh_from_db()
    assert entry.fee_1 == 2
    assert "Kestrel Pay" in page(desk(author), reverse("prices:entries"))
