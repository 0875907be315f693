"""Nothing of an uploaded file stands before another person agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from remittances.imports import approval, found, uploads
from remittances.models import Dataset, FileChunk, PriceFile, SurveyedService
from tests.make import accounts
from tests.make import remittances as make

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(minutes=5)
ROWS = [make.row(), make.row(transparent="no", period="2026_2Q")]


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def uploaded() -> PriceFile:
    file = ContentFile(make.csv_bytes(ROWS), name="prices.csv")
    by = accounts.user().pk
    return uploads.take_upload(file=file, name="prices.csv", by=by, now=make.NOW)


@pytest.fixture
def ready() -> PriceFile:
    file = uploaded()
    assert uploads.read_on(file_id=file.pk, now=make.NOW) == "ready"
    file.refresh_from_db()
    return file


def counts() -> tuple[int, int]:
    return Dataset.objects.count(), SurveyedService.objects.count()


def test_a_file_that_waits_tells_what_is_odd(ready: PriceFile) -> None:
    assert ready.told["flags"] == {"not_transparent": 1}
    assert ready.told["periods"] == ["2026_2Q", "2026_3Q"]
    assert [(flag.row, flag.flag) for flag in found.flags_of(ready.pk)] == [(3, "not_transparent")]
    assert counts() == (0, 0)


def test_whoever_uploaded_it_may_neither_publish_nor_refuse_it(ready: PriceFile) -> None:
    mine = ready.uploaded_by_id
    with pytest.raises(approval.DecisionRefused, match="A second person decides"):
        approval.approve_file(file_id=ready.pk, by=mine, now=LATER)
    with pytest.raises(approval.DecisionRefused, match="A second person decides"):
        approval.refuse_file(file_id=ready.pk, by=mine, reason="Mine.", now=LATER)
    ready.refresh_from_db()
    assert (ready.state, ready.decided_by_id, ready.chunks.count()) == ("ready", None, 1)


def test_a_second_person_publishes_it_once(ready: PriceFile) -> None:
    person = accounts.user()
    approval.approve_file(file_id=ready.pk, by=person.pk, now=LATER)
    with pytest.raises(approval.DecisionRefused, match="decided already"):
        approval.approve_file(file_id=ready.pk, by=accounts.user().pk, now=LATER)
    assert counts() == (0, 0)
    assert uploads.read_on(file_id=ready.pk, now=LATER) == "published"
    assert uploads.read_on(file_id=ready.pk, now=LATER) is None
    ready.refresh_from_db()
    assert (ready.decided_by_id, ready.decided_at) == (person.pk, LATER)
    assert counts() == (1, 2)


def test_a_second_person_refuses_it_with_a_reason(ready: PriceFile) -> None:
    person = accounts.user()
    approval.refuse_file(file_id=ready.pk, by=person.pk, reason="It is made up.", now=LATER)
    ready.refresh_from_db()
    assert (ready.state, ready.message, ready.decided_by_id) == (
        "refused",
        "It is made up.",
        person.pk,
    )
    assert uploads.read_on(file_id=ready.pk, now=LATER) is None
    assert (counts(), FileChunk.objects.count()) == ((0, 0), 0)


def test_a_file_that_is_not_read_cannot_be_approved() -> None:
    file = uploaded()
    with pytest.raises(approval.DecisionRefused, match="not read to its end"):
        approval.approve_file(file_id=file.pk, by=accounts.user().pk, now=LATER)
    file.refresh_from_db()
    assert file.state == "uploaded"


def test_the_database_wants_two_people(ready: PriceFile) -> None:
    rows = PriceFile.objects.filter(pk=ready.pk)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        rows.update(state="approved", decided_by=ready.uploaded_by_id, decided_at=LATER)
    with pytest.raises(IntegrityError, match="decided_in_full"), transaction.atomic():
        rows.update(state="approved")
    with pytest.raises(IntegrityError, match="decided_in_full"), transaction.atomic():
        rows.update(decided_by=accounts.user().pk, decided_at=LATER)
    make.imported([make.row()])
    with pytest.raises(IntegrityError, match="decided_in_full"), transaction.atomic():
        rows.update(state="published", dataset=Dataset.objects.get())
