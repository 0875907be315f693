"""The terms of a programme only ever go on: the database says so to the application, too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from projects.matching.models import ProgrammeVersion
from tests.make import catalogue
from tests.make import matching as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("number", "days_later"),
    [
        pytest.param(2, -1, id="before the latest"),
        pytest.param(2, 0, id="at the moment of the latest"),
        pytest.param(3, 1, id="leaving a number out"),
    ],
)
def test_the_application_cannot_slip_terms_in(number: int, days_later: int) -> None:
    latest = make.programme()

    with (
        pytest.raises(IntegrityError, match="does not follow the latest"),
        transaction.atomic(),
    ):
        ProgrammeVersion.objects.create(
            programme=latest.programme,
            number=number,
            document=latest.document,
            published_at=latest.published_at + timedelta(days=days_later),
        )

    assert list(latest.programme.versions.values_list("number", flat=True)) == [1]


def test_the_first_version_is_number_one() -> None:
    latest = make.programme()
    other = catalogue.agency()

    with (
        pytest.raises(IntegrityError, match="does not follow the latest"),
        transaction.atomic(),
    ):
        ProgrammeVersion.objects.create(
            programme=type(latest.programme).objects.create(
                pk="slipped-in", agency=other, currency="EUR", created_at=latest.published_at
            ),
            number=2,
            document=latest.document,
            published_at=latest.published_at,
        )
