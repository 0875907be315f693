"""The terms of a programme only ever go on: the database says so to the application, too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from projects.matching.models import ProgrammeVersion
from projects.matching.services.programmes import bring_in
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


def committed(version: ProgrammeVersion, *, is_brought_in: bool = False) -> None:
    """Write terms by a plain INSERT, and check what a commit checks."""
    with transaction.atomic():
        if is_brought_in:
            bring_in(version)
        version.save(force_insert=True)
        connection.check_constraints()


@pytest.mark.parametrize(
    ("name", "is_brought_in"), [("", False), ("Amina Invented", False), ("Amina Invented", True)]
)
def test_terms_that_two_people_did_not_publish_are_refused(
    name: str, *, is_brought_in: bool
) -> None:
    latest = make.programme()
    version = ProgrammeVersion(
        programme=latest.programme,
        number=2,
        document=latest.document,
        published_at=latest.published_at + timedelta(days=1),
        published_by=name,
    )

    with pytest.raises(IntegrityError, match="two people did not publish version 2"):
        committed(version, is_brought_in=is_brought_in)

    assert list(latest.programme.versions.values_list("number", flat=True)) == [1]


def test_terms_that_a_command_brings_in_name_nobody() -> None:
    latest = make.programme()
    later = latest.published_at + timedelta(days=1)

    make.next_terms(latest, latest.document, at=later)
    connection.check_constraints()

    assert list(latest.programme.versions.values_list("number", "published_by")) == [
        (1, ""),
        (2, ""),
    ]
