"""Terms that are published between reading the terms and taking the turn; with a control."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from projects.matching import engine, selectors, services
from projects.matching.models import ProgrammeVersion, Reservation, TallyCounter
from tests.crowd import at_once
from tests.make import matching as make
from tests.projects.matching.unguarded import take_away_the_newest

if TYPE_CHECKING:
    from datetime import datetime

    from projects.matching.services import Gift, Quote

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("M7")]
LATER = make.NOON + timedelta(seconds=1)
AT_MOST = {"scope": "donor", "amount": 100_00}


def gift(ref: str) -> Gift:
    return make.gift(80_00, ref=ref, donor="d1")


def renew(_: int) -> None:
    known = ProgrammeVersion.objects.get(programme="fund", number=1)
    services.publish_programme(
        document=make.document(id="fund", rate=[1, 1], caps=[AT_MOST]),
        agency_id=known.programme.agency_id,
        now=LATER,
    )


@pytest.fixture
def _published_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold match for one gift; publish terms that limit the giver once the next has read them."""
    make.programme(id="fund", rate=[1, 1])
    services.reserve(gift=gift("before"), now=make.NOON)
    read = engine.in_force

    def slow(at: datetime) -> list[ProgrammeVersion]:
        found = read(at)
        if not ProgrammeVersion.objects.filter(number=2).exists():
            at_once(renew, [0])
        return found

    monkeypatch.setattr(engine, "in_force", slow)


def promised(quote: Quote) -> list[tuple[int, str | None]]:
    return [(line.match.minor, line.reason) for line in quote.lines]


def counted() -> int:
    return TallyCounter.objects.get(measure="matched", scope="donor", whose="d1").minor


@pytest.mark.usefixtures("_published_meanwhile")
def test_whoever_comes_after_newer_terms_is_promised_by_them() -> None:
    quote = services.reserve(gift=gift("c1"), now=make.NOON)

    assert promised(quote) == [(20_00, "cap_donor")]
    assert Reservation.objects.get(contribution_ref="c1").version.number == 2
    assert counted() == 100_00
    assert selectors.verify_differences() == []


@pytest.mark.usefixtures("_published_meanwhile")
def test_inside_a_greater_transaction_too() -> None:
    with transaction.atomic():
        services.lock(gift=gift("c1"), now=make.NOON)
        services.reserve(gift=gift("c1"), now=make.NOON)

    held = Reservation.objects.get(contribution_ref="c1")
    assert (held.amount_minor, held.number) == (20_00, 1)
    assert counted() == 100_00


@pytest.mark.usefixtures("_published_meanwhile")
def test_control_without_asking_for_the_newest_the_limit_is_passed() -> None:
    take_away_the_newest()

    services.reserve(gift=gift("c1"), now=make.NOON)

    assert sum(Reservation.objects.values_list("amount_minor", flat=True)) == 160_00
    assert counted() == 80_00  # The newer terms do not know of the other 80.00.
