"""A file that an officer uploaded, from its bytes to its rows in the tables.

It is read in chunks that are kept, so that a worker that was killed goes on where it stood. Then
it waits for a second person (see `approval`), and all of it is published in one transaction.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from celery import current_app
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from remittances import datasets
from remittances.datasets import future
from remittances.datasets.rows import Kind
from remittances.datasets.whole_file import WholeFile
from remittances.imports import chunks, publishing
from remittances.imports.found import Found, kept
from remittances.imports.publishing import Publication, Source
from remittances.models import Dataset, FileChunk, PriceFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from django.core.files import File

    from remittances.imports.chunks import Chunk

READ = "remittances.read_file"
LARGEST = 100 * 1024**2
_ABANDONED = timedelta(minutes=2)
_FOLDER = "prices"
_State = PriceFile.State
_MOVING = (_State.UPLOADED, _State.READING, _State.APPROVED)


class UploadRefused(ValueError):
    """The file is not taken; nothing was kept."""


@transaction.atomic
def take_upload(*, file: File[bytes], name: str, by: UUID, now: datetime) -> PriceFile:
    """Keep a file and have it read.

    Raises:
        UploadRefused: It is empty or too large, or the same bytes are here already.
    """
    publishing.wait_for_other_imports()
    _refuse_by_size(file.size or 0)
    digest = hashlib.sha256()
    for part in file.chunks():
        digest.update(part)
    sha256 = digest.hexdigest()
    _refuse_known(sha256)
    made = PriceFile(
        sha256=sha256,
        file_name=" ".join(name.split())[:255],
        size_bytes=file.size,
        uploaded_by_id=by,
        uploaded_at=now,
        moved_at=now,
    )
    made.stored_as = default_storage.save(f"{_FOLDER}/{made.pk}", file)
    made.save(force_insert=True)
    queue(made.pk)
    return made


def read_on(*, file_id: UUID, now: datetime) -> PriceFile.State | None:
    """Read a file from where it stands, or publish one that is approved.

    A file that cannot be read is refused, and says why. None where somebody else is at it, or a
    person decides first.
    """
    with _alone(file_id) as is_alone:
        if not is_alone:
            return None
        file = PriceFile.objects.get(pk=file_id)
        if not file.is_moving:
            return None
        try:
            if file.state == PriceFile.State.APPROVED:
                _publish(file_id=file_id, now=now)
            else:
                _read(file, now=now)
        except datasets.Unreadable as unreadable:
            _refuse(file_id=file_id, why=f"{file.file_name}: {unreadable}.", now=now)
    file.refresh_from_db()
    return PriceFile.State(file.state)


def carry_on_due(*, now: datetime) -> int:
    """Go on with the files that nobody has worked on for a while. Return how many moved."""
    waiting = PriceFile.objects.filter(state__in=_MOVING, moved_at__lte=now - _ABANDONED)
    ids = waiting.order_by("uploaded_at").values_list("pk", flat=True)
    return sum(read_on(file_id=pk, now=now) is not None for pk in ids)


def _read(file: PriceFile, *, now: datetime) -> None:
    """Read what is not read yet; each chunk is kept for good before the next."""
    whole, found, done, number = WholeFile(), Found(), 0, 0
    for chunk in kept(file.pk):
        done, number = done + chunk.rows, number + 1
        found.note(chunk)
        for row in chunk.facts:
            whole.take(row)
    with _at_hand(file) as path:
        opened = future.refused(datasets.opened(path), today=now.date())
        read = chunks.in_chunks(
            opened, whole=whole, dataset_id=file.pk, file=file.sha256, done=done
        )
        for number, chunk in enumerate(read, number):  # noqa: B020  It goes on from there.
            done += chunk.rows
            found.note(chunk)
            _keep(file, number, chunk, rows=(done, opened.rows_expected), now=now)
        told = {
            "layout": opened.layout,
            "kind": opened.kind.value,
            "computed_by": opened.computed_by,
            "headings": {sheet: list(names) for sheet, names in opened.headings.items()},
        }
    told |= found.told(whole)
    PriceFile.objects.filter(pk=file.pk).update(
        state=PriceFile.State.READY, told=told, rows_expected=done, moved_at=now
    )


@transaction.atomic
def _keep(
    file: PriceFile, number: int, chunk: Chunk, *, rows: tuple[int, int], now: datetime
) -> None:
    FileChunk.objects.create(
        file=file, number=number, rows=chunk.rows, content=chunks.packed(chunk)
    )
    PriceFile.objects.filter(pk=file.pk).update(
        state=PriceFile.State.READING,
        rows_read=rows[0],
        rows_expected=max(rows),
        moved_at=now,
    )


@transaction.atomic
def _publish(*, file_id: UUID, now: datetime) -> None:
    """Write all rows of an approved file, unless its bytes came in another way meanwhile."""
    publishing.wait_for_other_imports()
    file = PriceFile.objects.select_for_update().get(pk=file_id)
    if file.state != PriceFile.State.APPROVED:
        return
    if Dataset.objects.filter(sha256=file.sha256).exists():
        why = f"{file.file_name}: the same bytes were imported meanwhile."
        _refuse(file_id=file_id, why=why, now=now)
        return
    whole, publication = WholeFile(), Publication(Kind(file.told["kind"]))
    for chunk in kept(file.pk):
        for row in chunk.facts:
            whole.take(row)
        publication.write(chunk)
    dataset = publication.dataset(_source(file), whole=whole, now=now)
    publication.finish(dataset, now=now)
    file.state, file.dataset, file.moved_at = PriceFile.State.PUBLISHED, dataset, now
    file.save(update_fields=["state", "dataset", "moved_at"])
    file.chunks.all().delete()


def _source(file: PriceFile) -> Source:
    return Source(
        dataset_id=file.pk,
        sha256=file.sha256,
        file_name=file.file_name,
        layout=file.told["layout"],
        computed_by=file.told["computed_by"],
        headings=file.told["headings"],
    )


@transaction.atomic
def _refuse(*, file_id: UUID, why: str, now: datetime) -> None:
    PriceFile.objects.filter(pk=file_id).update(
        state=PriceFile.State.REFUSED, message=why, moved_at=now
    )
    FileChunk.objects.filter(file_id=file_id).delete()


@contextmanager
def _at_hand(file: PriceFile) -> Iterator[Path]:
    """Give the bytes of a file as a file of this machine, wherever they are kept."""
    with default_storage.open(file.stored_as) as stored, NamedTemporaryFile() as here:
        for part in stored.chunks():
            here.write(part)
        here.flush()
        yield Path(here.name)


@contextmanager
def _alone(file_id: UUID) -> Iterator[bool]:
    """Hold the lock of one file, which ends with the connection when a worker is killed."""
    key = file_id.int & (2**63 - 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (held,) = cursor.fetchone() or (False,)
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _refuse_by_size(size: int) -> None:
    if not size:
        raise UploadRefused(_("This file is empty."))
    if size > LARGEST:
        most = LARGEST // 1024**2
        raise UploadRefused(_("This file is larger than %(most)s MB.") % {"most": most})


def _refuse_known(sha256: str) -> None:
    if Dataset.objects.filter(sha256=sha256).exists():
        raise UploadRefused(_("The same bytes were imported already. Nothing was changed."))
    if PriceFile.objects.filter(sha256=sha256, state__in=(*_MOVING, _State.READY)).exists():
        raise UploadRefused(_("The same bytes are being read already."))


def queue(file_id: UUID) -> None:
    """Wake a worker once the file is committed; the sweeper finds it where the message is lost."""
    transaction.on_commit(
        lambda: current_app.send_task(READ, kwargs={"file_id": str(file_id)}), robust=True
    )
