"""Where a programme stands at a moment, and which of its terms are in force."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from projects.matching.selectors.drafts import Standing, own_programmes
from projects.matching.services.freezing import freeze_programme
from projects.matching.services.programmes import publish_programme
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from projects.catalogue.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Organisation:
    made = make.agency()
    publish_programme(document=document(), agency_id=made.pk, now=pages.NOW)
    return made


def standing(agency: Organisation, *, now: datetime) -> Standing:
    (own,) = own_programmes([agency.pk], now=now)
    return own.standing


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), Standing.COMING),  # Published later.
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), Standing.COMING),
        (datetime(2026, 3, 1, tzinfo=UTC), Standing.OPEN),
        (datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), Standing.OPEN),
        (datetime(2026, 4, 1, tzinfo=UTC), Standing.ENDED),
    ],
)
def test_a_programme_is_open_within_its_window(
    agency: Organisation, now: datetime, expected: Standing
) -> None:
    assert standing(agency, now=now) == expected


def test_a_frozen_programme_is_frozen_until_it_ends(agency: Organisation) -> None:
    freeze_programme(programme_id="kenya-fund", reason="An audit.", by="Somebody", now=pages.NOW)

    assert standing(agency, now=datetime(2026, 3, 2, tzinfo=UTC)) == Standing.FROZEN
    assert standing(agency, now=datetime(2026, 4, 1, tzinfo=UTC)) == Standing.ENDED


def test_terms_of_later_are_not_in_force_yet(agency: Organisation) -> None:
    later = datetime(2026, 3, 15, tzinfo=UTC)
    publish_programme(document=document(rate=[3, 1]), agency_id=agency.pk, now=later)

    (before,) = own_programmes([agency.pk], now=datetime(2026, 3, 14, tzinfo=UTC))
    (after,) = own_programmes([agency.pk], now=later)

    assert before.current is not None
    assert before.coming is not None
    assert (before.current.number, before.coming.number) == (1, 2)
    assert after.current is not None
    assert (after.current.number, after.coming) == (2, None)


def test_a_draft_alone_is_no_programme_yet() -> None:
    agency = make.agency()
    draft = pages.draft(agency, name="Fund of Nowhere")

    (own,) = own_programmes([agency.pk], now=pages.NOW)

    assert (own.standing, own.name, own.draft) == (Standing.DRAFT, "Fund of Nowhere", draft)
    assert (own.pots, own.funded, own.left) == ((), None, None)
