"""Importing a file of prices: all of it or nothing, once, whatever it is called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import uuid_utils.compat as uuid
from django.db import transaction

from remittances import datasets
from remittances.datasets import bundled, future
from remittances.datasets.whole_file import WholeFile
from remittances.imports import chunks, publishing
from remittances.imports.publishing import Publication, Source
from remittances.models import Dataset

if TYPE_CHECKING:
    from datetime import datetime

    from remittances.datasets.rows import FlagDocument


class ImportRefused(ValueError):
    """The file cannot be read; nothing of it was imported."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one file; `rows_imported` counts the rows this import wrote."""

    dataset: Dataset
    flags: tuple[FlagDocument, ...]
    file_name: str
    already_imported: bool
    dry_run: bool

    def document(self) -> dict[str, Any]:
        """Return the report in the form of the contract."""
        written = not (self.already_imported or self.dry_run)
        return {
            "file": self.file_name,
            "sha256": self.dataset.sha256,
            "already_imported": self.already_imported,
            "dry_run": self.dry_run,
            "layout": self.dataset.layout,
            "periods": self.dataset.periods,
            "rows_read": self.dataset.rows_read,
            "rows_imported": self.dataset.rows_read if written else 0,
            "flags": list(self.flags),
        }


def import_file(
    *, path: Path, now: datetime, dry_run: bool = False, name: str = ""
) -> ImportReport:
    """Import a file of prices, or with `dry_run` only say what is in it.

    The same bytes again change nothing, under any name.

    Raises:
        ImportRefused: The file or one of its rows cannot be read; nothing was imported.
    """
    name = (name or path.name)[:255]
    if not path.is_file():
        raise ImportRefused(f"{name}: there is no such file, or it is a folder.")
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return _imported(path, sha256, name=name, now=now, dry_run=dry_run)
    except OSError as unreadable:
        reason = unreadable.strerror or "it cannot be read"
        raise ImportRefused(f"{name}: {reason.lower()}.") from unreadable
    except datasets.Unreadable as unreadable:
        raise ImportRefused(f"{name}: {unreadable}.") from unreadable


def import_bytes(
    *, file_name: str, content: bytes, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Import the bytes of a file of prices; see `import_file`."""
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return import_file(path=Path(file.name), name=file_name, now=now, dry_run=dry_run)


def import_bundled(*, now: datetime) -> list[ImportReport]:
    """Import the real prices that come with the product; doing it again changes nothing."""
    return [import_file(path=bundled.FOLDER / name, now=now) for name in bundled.FILES]


@transaction.atomic
def _imported(path: Path, sha256: str, *, name: str, now: datetime, dry_run: bool) -> ImportReport:
    publishing.wait_for_other_imports()
    if earlier := Dataset.objects.filter(sha256=sha256).first():
        flags = tuple(flag.document() for flag in earlier.flags.order_by("id"))
        return ImportReport(earlier, flags, name, already_imported=True, dry_run=dry_run)
    opened = future.refused(datasets.opened(path), today=now.date())
    source = Source(
        dataset_id=uuid.uuid7(),
        sha256=sha256,
        file_name=name,
        layout=opened.layout,
        computed_by=opened.computed_by,
        headings=opened.headings,
    )
    whole, publication = WholeFile(), Publication(opened.kind)
    read = chunks.in_chunks(opened, whole=whole, dataset_id=source.dataset_id, file=sha256)
    if dry_run:
        for chunk in read:
            publication.note(chunk)
    else:
        publication.write_all(read)
    dataset = publication.dataset(source, whole=whole, now=now)
    if not dry_run:
        publication.finish(dataset, now=now)
    flags = tuple(flag.document() for flag in publication.flags)
    return ImportReport(dataset, flags, name, already_imported=False, dry_run=dry_run)
