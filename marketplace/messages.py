"""The catalogues of translated sentences: found in the sources, kept in step, and checked.

Python files and templates are read with Babel; a template is first turned into Python by Django's
own `templatize`, so that both agree on what a translatable sentence is.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("payments", "remittances", "projects", "cms", "marketplace")
SOURCE_LANGUAGE = "en"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def finished_languages() -> list[str]:
    """Return the languages whose catalogue must be complete."""
    return [code for code, _name in settings.LANGUAGES if code != SOURCE_LANGUAGE]


def catalogue_file(language: str) -> Path:
    return settings.BASE_DIR / "marketplace" / "locale" / language / "LC_MESSAGES" / "django.po"


def extracted() -> Catalog:
    """Return every translatable sentence of the product, with the files it stands in."""
    found = Catalog(project="Weft", charset="utf-8")
    for file in _sources():
        name = str(file.relative_to(settings.BASE_DIR))
        for message, comments, context in sentences_of(file):
            found.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def sentences_of(file: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    """Yield the translatable sentences of one file with their comments and contexts."""
    for _line, message, comments, context in extract(
        "python", BytesIO(_as_python(file)), keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        yield message, comments, context


def update(language: str) -> None:
    """Bring a catalogue in step with the sources; sentences that are gone are dropped."""
    catalogue = read(language)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with catalogue_file(language).open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, omit_header=False)


def read(language: str) -> Catalog:
    """Read a catalogue, or begin one."""
    file = catalogue_file(language)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        return Catalog(locale=language, project="Weft", charset="utf-8")
    with file.open("rb") as source:
        return read_po(source, locale=language)


def faults(language: str) -> Iterator[str]:
    """Say what a catalogue still owes: missing, fuzzy or ill-formed translations."""
    catalogue = read(language)
    for message in extracted():
        if not message.id:
            continue
        known = catalogue.get(message.id, message.context)
        sentence = message.id if isinstance(message.id, str) else message.id[0]
        if known is None or not _is_translated(known.string):
            yield f"{language}: not translated: {sentence!r}"
        elif known.fuzzy:
            yield f"{language}: marked fuzzy: {sentence!r}"
        else:
            for fault in known.check(catalogue):
                yield f"{language}: {fault}: {sentence!r}"


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) if isinstance(string, str) or string is None else all(string)


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        folder = settings.BASE_DIR / package
        yield from sorted(file for file in folder.rglob("*.py") if "migrations" not in file.parts)
        yield from sorted(folder.rglob("templates/**/*.html"))
        yield from sorted(folder.rglob("templates/**/*.txt"))


def _as_python(file: Path) -> bytes:
    text = file.read_text()
    if file.suffix != ".py":
        # Blanked-out mark-up keeps its indentation, which means nothing in Python.
        lines = templatize(text, origin=str(file)).splitlines()
        text = "\n".join(line.strip() for line in lines)
    return text.encode()
