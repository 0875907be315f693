"""The lists of the console: empty, long, narrowed, asked for nonsense, and taken away as files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from payments.money import Money
from payments.reconciliation.models import Reconciliation
from tests.make import accounts
from tests.make import payouts as make_payouts
from tests.make import reconciliation as make_reconciliation
from tests.make.payments import NOON
from tests.payments.console import world
from tests.payments.settlement.charges import opened

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
LISTS = ("payments", "inbox", "exceptions", "payouts", "trial_balance", "accounts")
EMPTY = {
    "payments": "Nobody has begun to pay yet.",
    "inbox": "The provider has told nothing yet.",
    "exceptions": "No exception is open: as far as we have looked, everything fits.",
    "payouts": "No payout has been asked for yet.",
    "trial_balance": "Nothing has been posted yet.",
    "accounts": "Nothing has been posted yet.",
}
NONSENSE = (
    "page=1000000000",
    "page=-1",
    "page=zero",
    f"page={'9' * 5000}",
    "since=yesterday&until=2026-13-45",
    "since=9999-12-31&until=0001-01-01",
    "since=0001-01-01&until=9999-12-31",
    "as_of=never",
    "as_of=9999-12-31T23:59:59",
    "as_of=0001-01-01T00:00",
    "as_of=2026-11-24T12:00:00%2B23:59",
    "as_of=0001-01-01T00:00:00%2B10:00",
    "state=burnt&kind=%00&difference=perhaps&currency=e",
    "q=%00",
    "q=%25_'%22%3Cscript%3E",
    f"q={'a' * 4000}",
    "q=%ff%fe",
    "kind=escrow&kind=fx&q=a&q=b",
)


@pytest.fixture
def desk(client: Client) -> Client:
    return accounts.sign_in(client, world.viewer())


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_list_says_what_it_waits_for(desk: Client, name: str) -> None:
    assert EMPTY[name] in world.read(desk, reverse(f"finance:{name}"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_which_nothing_fits_says_so(desk: Client, name: str) -> None:
    page = world.read(desk, reverse(f"finance:{name}") + "?q=nobody&currency=XAU")

    assert "Nothing fits" in page
    assert "Take all filters away" in page


@pytest.mark.parametrize("asked", NONSENSE)
def test_nonsense_in_an_address_is_answered(desk: Client, asked: str) -> None:
    here = world.world()

    for name, address in world.pages(here).items():
        answered = {200, 400} if address.endswith(".csv") else {200}
        assert desk.get(f"{address}?{asked}").status_code in answered, name


def test_a_filter_that_means_nothing_is_said_at_its_field(desk: Client) -> None:
    page = world.read(desk, reverse("finance:payments") + "?since=yesterday")

    assert "Enter a valid date." in page


@pytest.mark.parametrize("name", [name for name in LISTS if name != "trial_balance"])
def test_a_file_asked_for_with_a_filter_that_means_nothing_is_refused(
    desk: Client, name: str
) -> None:
    address = reverse(f"finance:{name}_csv")

    refused = desk.get(f"{address}?since=yesterday&as_of=2099-01-01T00:00")

    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert refused.content.decode() in {
        "since: Enter a valid date.",
        "as_of: This moment has not come yet.",
    }


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_drawn_in_every_language(desk: Client, language: str) -> None:
    with translation.override(language):
        here = world.world()
        addresses = world.pages(here)

    for name, address in addresses.items():
        assert address.startswith(f"/{language}/finance/")
        assert world.read(desk, address), name


def test_long_lists_come_in_pages_that_cost_the_same(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_payouts.bank_account()
    for number in range(30):
        opened(reference=f"gift-{number:02}")
        world.event(key=f"evt_{number:02}")
        make_reconciliation.exception(key=f"ch_{number:02}")
        make_payouts.requested()

    for name in ("payments", "inbox", "exceptions", "payouts"):
        address = reverse(f"finance:{name}")
        with django_assert_max_num_queries(15):
            first = world.read(desk, address)
        assert 'Page <bdi class="num">1</bdi> of' in first, name
        assert "page=2" in first, name
        last = world.read(desk, f"{address}?page=1000000000")
        assert 'Page <bdi class="num">2</bdi> of' in last, name


def test_the_pages_of_a_narrowed_list_keep_the_filter(desk: Client) -> None:
    for number in range(30):
        opened(reference=f"gift-{number:02}")

    page = world.read(desk, reverse("finance:payments") + "?q=gift&state=open&page=1")

    assert "?q=gift&amp;state=open&amp;page=2" in page
    assert "/en/finance/payments.csv?q=gift&amp;state=open" in page


def test_payments_are_found_by_reference_and_by_every_key(desk: Client) -> None:
    payment = world.differing()
    other = opened(reference="other-1")
    address = reverse("finance:payments")

    for words in ("gift", "gift-1", "ch_1", payment.page_key, str(payment.pk)):
        page = world.read(desk, f"{address}?q={words}")
        assert str(payment.pk) in page, words
        assert str(other.pk) not in page, words
    assert str(other.pk) not in world.read(desk, f"{address}?difference=on")


FORMULA = '=HYPERLINK("http://x")'


def test_files_hold_no_live_formula_whoever_wrote_the_text(desk: Client) -> None:
    opened(reference=FORMULA)
    world.event(kind=FORMULA, last_error="+1+1", object_key="@SUM(1)")
    make_reconciliation.exception(key=FORMULA, reference="-2+3")
    make_payouts.bank_account(owner_ref=make_payouts.OWNER)
    make_payouts.requested(reference=FORMULA)
    make_payouts.escrow(campaign=FORMULA)

    for name in ("payments", "inbox", "exceptions", "payouts", "accounts"):
        response = desk.get(reverse(f"finance:{name}_csv"))
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert f'attachment; filename="weft-{name}-' in response.headers["Content-Disposition"]
        text = world.body(response)
        assert f"'{FORMULA}" in text.replace('""', '"'), name
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                is_number = cell.replace("-", "", 1).replace(".", "", 1).isdigit()
                assert is_number or not cell.startswith(("=", "+", "-", "@")), (name, cell)


def test_a_file_holds_every_row_of_the_narrowed_list(desk: Client) -> None:
    for number in range(30):
        opened(reference=f"gift-{number:02}", amount_minor=10_00 + number)
    world.differing(reference="late-1")

    text = world.read(desk, reverse("finance:payments_csv") + "?q=gift")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert len(rows) == 30
    assert {row["amount"] for row in rows} == {f"10.{number:02}" for number in range(30)}
    assert {row["state"] for row in rows} == {"open"}


def test_the_first_page_counts_what_waits_and_says_when_we_last_looked(desk: Client) -> None:
    here = world.world()
    make_reconciliation.exception(kind="surplus", key="ch_2", now=NOON - timedelta(days=2))
    Reconciliation.objects.create(
        since=NOON,
        at=NOON + timedelta(hours=1),
        checked=41,
        found=3,
        accepted=0,
        made_up=0,
        took_ms=1,
        balances={"EUR": {"ours": 98_24, "theirs": 100_00}},
    )

    page = world.read(desk, reverse("finance:home"))

    for words in (
        "Paid a second time",
        "Unknown charge",
        '<bdi class="num">41</bdi>',
        "€98.24",
        "€100.00",
        "€1.76",
        "Balanced",
    ):
        assert words in page, words
    assert here.payout.state == "requested"
    assert "Not balanced" not in page


def test_an_overdue_reconciliation_is_said_first(desk: Client) -> None:
    make_reconciliation.run(at=timezone.now() - timedelta(hours=3))
    assert "The reconciliation is overdue" in world.read(desk, reverse("finance:home"))

    make_reconciliation.run(at=timezone.now())
    assert "overdue" not in world.read(desk, reverse("finance:home"))


def test_new_books_have_nothing_to_show_and_say_so(desk: Client) -> None:
    page = world.read(desk, reverse("finance:home"))

    assert "The books have never been compared with the provider." in page
    assert "Nothing has been posted yet." in page
    assert Money(0, "EUR").currency not in page
