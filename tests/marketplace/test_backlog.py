from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from marketplace import backlog
from projects.matching import services
from projects.matching.models import ProgrammeVersion, WaitingMoney
from tests.make import matching as make

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

ALLOCATE, CLOSE = "matching.allocate_all_due", "matching.close_due"
LATER = make.NOON + timedelta(hours=1)
AGENCY = {"reason": "an audit", "by": "agency:amina"}


def due(now: datetime = LATER) -> dict[str, datetime]:
    found = backlog.waiting_since(now=now)
    return {job: at for job, at in found.items() if job in (ALLOCATE, CLOSE)}


def closing() -> ProgrammeVersion:
    return make.programme(id="fund", allocation="prorata_close", rate=[1, 1])


def ended() -> datetime:
    return make.rule().window.closes_at


def test_money_that_no_programme_has_looked_at_is_due_work() -> None:
    make.programme(id="fund")
    make.counted(make.gift(ref="c1"))

    assert due() == {ALLOCATE: make.NOON}
    services.allocate_due(programme_id="fund", now=LATER)
    assert due() == {}


def test_money_that_an_order_keeps_waiting_is_no_due_work() -> None:
    make.programme(id="fund")
    make.counted(make.gift(ref="c1"))

    services.freeze_programme(programme_id="fund", now=LATER, **AGENCY)
    assert due() == {}
    services.unfreeze_programme(programme_id="fund", now=LATER, **AGENCY)
    services.freeze_project(project_id=make.PROJECT, now=LATER, **AGENCY)
    assert due() == {}
    services.unfreeze_project(project_id=make.PROJECT, now=LATER, **AGENCY)
    assert due() == {ALLOCATE: make.NOON}


def test_money_that_is_set_aside_stays_due_work() -> None:
    make.programme(id="fund")
    make.counted(make.gift(ref="c1"))
    WaitingMoney.objects.update(parked_until=LATER + timedelta(hours=1))

    assert list(WaitingMoney.objects.due(LATER)) == []
    assert due() == {ALLOCATE: make.NOON}


def test_a_close_whose_time_has_come_is_due_work_until_it_is_made() -> None:
    closing()
    make.counted(make.gift(ref="c1"))
    services.allocate_due(programme_id="fund", now=LATER)

    assert due(ended() - timedelta(seconds=1)) == {}
    assert due(ended()) == {CLOSE: ended()}
    assert services.close_due(now=ended()) == 1
    assert due(ended()) == {}


def test_a_close_that_may_not_be_made_yet_is_no_due_work() -> None:
    closing()
    make.counted(make.gift(ref="c1"))

    assert due(ended()) == {ALLOCATE: make.NOON}
    services.freeze_programme(programme_id="fund", now=LATER, **AGENCY)
    assert due(ended()) == {}


def test_terms_that_cannot_be_read_do_not_hide_another_close() -> None:
    closing()
    broken = make.programme(id="broken", allocation="prorata_close", rate=[1, 1])
    make.next_terms(broken, {}, at=LATER)

    assert due(ended()) == {CLOSE: ended()}
