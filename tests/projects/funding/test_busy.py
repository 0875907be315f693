"""Somebody else holds what a giver needs: they are told so, and nothing is written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction

from payments.ledger.services import LedgerBusy
from projects.funding import services
from projects.funding.models import Campaign, Contribution
from projects.funding.services.rows import busy_is_refused
from projects.matching.models import Programme, Reservation
from tests.make import funding as make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet


@contextmanager
def held_elsewhere(rows: QuerySet[Campaign] | QuerySet[Programme]) -> Iterator[None]:
    """Hold locks on rows in another connection, while ours waits a tenth of a second at most."""
    locked, done = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(rows.select_for_update(no_key=True))
                locked.set()
                done.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads, connection.cursor() as cursor:
        holding = threads.submit(hold)
        locked.wait(10)
        cursor.execute("SET lock_timeout = '100ms'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
            done.set()
            holding.result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", [Campaign, Programme])
def test_a_lock_that_cannot_be_had_is_refused_in_words(
    what: type[Campaign] | type[Programme],
) -> None:
    make.programme()
    contribution = make.identified()
    campaign = contribution.campaign
    before = list(Contribution.objects.values_list()), list(Reservation.objects.values_list())

    with held_elsewhere(what.objects.all()):
        with pytest.raises(services.Busy, match="Nothing was taken; try again"):
            make.contribution(campaign)
        with pytest.raises(services.Busy):
            services.change_amount(
                contribution_id=contribution.pk, amount=campaign.minimum, now=make.NOON
            )
        with pytest.raises(services.Busy):
            make.submitted(contribution)
        with pytest.raises(services.Busy):
            services.cancel_contribution(contribution_id=contribution.pk, now=make.NOON)

    after = list(Contribution.objects.values_list()), list(Reservation.objects.values_list())
    assert after == before


def test_busy_books_are_refused_in_the_same_words() -> None:
    with pytest.raises(services.Busy), busy_is_refused():
        raise LedgerBusy


def test_another_fault_of_the_database_is_not_called_busy() -> None:
    with pytest.raises(OperationalError), busy_is_refused():
        raise OperationalError
