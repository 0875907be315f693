"""What is read in the same statement that takes the turn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from projects.matching import engine, selectors, services
from projects.matching.models import Reservation
from tests.make import matching as make

if TYPE_CHECKING:
    from datetime import datetime

    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db
SOON = make.NOON + timedelta(minutes=1)
NOT_HERE = [{"field": "project.country", "op": "eq", "value": "MDA"}]


def left(programme_id: str = "fund") -> int:
    return selectors.left([programme_id])[programme_id].minor


def freeze() -> None:
    services.freeze_programme(programme_id="fund", reason="Audit", by="ada", now=make.NOON)


def test_what_is_frozen_while_a_gift_waits_for_its_turn_gives_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.programme(id="fund")
    real = engine.in_force

    def in_force(at: datetime) -> list[ProgrammeVersion]:
        found = real(at)
        freeze()
        return found

    monkeypatch.setattr(engine, "in_force", in_force)
    quote = services.reserve(gift=make.gift(ref="c1"), now=make.NOON)

    assert [line.reason for line in quote.lines] == ["programme_frozen"]
    assert not Reservation.objects.exists()
    assert left() == 10_000_00


def test_what_new_terms_leave_out_gives_back_what_it_held() -> None:
    version = make.programme(id="fund")
    gift = make.gift(ref="c1")
    services.reserve(gift=gift, now=make.NOON)
    terms = make.document(id="fund", eligible=NOT_HERE)
    agency = version.programme.agency_id
    services.publish_programme(document=terms, agency_id=agency, now=make.NOON)

    quote = services.reserve(gift=gift, now=SOON)

    assert quote.lines == ()
    assert not Reservation.objects.active().exists()
    assert left() == 10_000_00
    assert selectors.verify_differences() == []
