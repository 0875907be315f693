from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile

from remittances.imports import approval, chunks, uploads
from remittances.models import Dataset, FileChunk, ImportFlag, PriceFile, SurveyedService
from tests import workbook
from tests.make import accounts
from tests.make import remittances as make

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def uploaded(content: bytes, name: str = "prices.csv") -> PriceFile:
    file = ContentFile(content, name=name)
    return uploads.take_upload(file=file, name=name, by=accounts.user().pk, now=make.NOW)


def book(tmp_path: Path) -> bytes:
    path = tmp_path / "rpw.xlsx"
    workbook.write(path)
    return path.read_bytes()


def approved(file: PriceFile) -> None:
    approval.approve_file(file_id=file.pk, by=accounts.user().pk, now=LATER)


def test_an_uploaded_file_is_read_waits_and_is_published_once_approved() -> None:
    file = uploaded(make.csv_bytes([make.row(), make.row(cc1_fx_margin="-1")]))
    assert (file.state, Dataset.objects.count()) == ("uploaded", 0)
    assert uploads.read_on(file_id=file.pk, now=LATER) == "ready"
    assert (Dataset.objects.count(), SurveyedService.objects.count()) == (0, 0)
    assert uploads.read_on(file_id=file.pk, now=LATER) is None  # It waits for a person.
    assert uploads.carry_on_due(now=LATER + timedelta(days=3)) == 0
    approved(file)
    assert SurveyedService.objects.count() == 0
    assert uploads.read_on(file_id=file.pk, now=LATER) == "published"
    file.refresh_from_db()
    assert (file.rows_read, file.rows_expected, file.dataset_id) == (2, 2, file.pk)
    assert SurveyedService.objects.count() == 2
    assert FileChunk.objects.count() == 0
    assert uploads.read_on(file_id=file.pk, now=LATER) is None
    assert SurveyedService.objects.count() == 2


def test_a_killed_worker_leaves_chunks_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "ROWS", 40)
    file, pack, packed = uploaded(book(tmp_path), "rpw.xlsx"), chunks.packed, []

    def killed(chunk: chunks.Chunk) -> bytes:
        packed.append(chunk.rows)
        if len(packed) == 4:
            raise KeyboardInterrupt
        return pack(chunk)

    monkeypatch.setattr(chunks, "packed", killed)
    with pytest.raises(KeyboardInterrupt):
        uploads.read_on(file_id=file.pk, now=LATER)
    file.refresh_from_db()
    assert (file.state, file.rows_read, FileChunk.objects.count()) == ("reading", 120, 3)
    assert SurveyedService.objects.count() == 0

    assert uploads.carry_on_due(now=LATER) == 0  # Somebody worked on it just now.
    assert uploads.carry_on_due(now=LATER + timedelta(minutes=3)) == 1
    assert sum(packed[4:]) == 180  # Only what was not kept is read.
    file.refresh_from_db()
    assert (file.state, sum(file.told["flags"].values())) == ("ready", 24)
    approved(file)
    assert uploads.carry_on_due(now=LATER + timedelta(minutes=6)) == 1
    whole = list(ImportFlag.objects.order_by("id").values_list("sheet", "row", "flag"))
    assert SurveyedService.objects.count() == 300
    assert len(whole) == 24
    assert whole == sorted(whole, key=lambda one: (one[0] != workbook.OLD_SHEET, one[1]))


def test_a_file_with_a_bad_row_is_refused_with_its_place_and_leaves_nothing() -> None:
    file = uploaded(make.csv_bytes([make.row(), make.row(cc1_lcu_fee="free")]))
    assert uploads.read_on(file_id=file.pk, now=LATER) == "refused"
    file.refresh_from_db()
    assert file.message == (
        "prices.csv: row 3, column “cc1 lcu fee”: “free” is not a number (1234.5)."
    )
    counted = (Dataset, SurveyedService, FileChunk)
    assert [model.objects.count() for model in counted] == [0, 0, 0]


def test_the_same_bytes_are_not_taken_twice() -> None:
    content = make.csv_bytes([make.row()])
    file = uploaded(content)
    with pytest.raises(uploads.UploadRefused, match="being read"):
        uploaded(content, "b.csv")
    uploads.read_on(file_id=file.pk, now=LATER)
    with pytest.raises(uploads.UploadRefused, match="being read"):
        uploaded(content, "b.csv")
    approved(file)
    uploads.read_on(file_id=file.pk, now=LATER)
    with pytest.raises(uploads.UploadRefused, match="imported already"):
        uploaded(content, "b.csv")
    with pytest.raises(uploads.UploadRefused, match="empty"):
        uploaded(b"")
    assert PriceFile.objects.count() == 1


def test_bytes_that_came_in_by_the_shell_meanwhile_are_not_published_again() -> None:
    rows = [make.row()]
    file = uploaded(make.csv_bytes(rows))
    make.imported(rows)
    assert uploads.read_on(file_id=file.pk, now=LATER) == "ready"
    approved(file)
    assert uploads.read_on(file_id=file.pk, now=LATER) == "refused"
    assert SurveyedService.objects.count() == 1
