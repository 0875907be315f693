"""Static files as browsers get them: hashed, compressed, and one style sheet instead of many.

`css/site.css` only imports its components, each into its cascade layer. In development the browser
follows the imports; when files are collected this storage puts the components in their place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.core.files.storage import Storage

ENTRY = "css/site.css"
FOLDER = "css/"
IMPORT = re.compile(r'@import url\("(?P<name>[a-z-]+\.css)"\) layer\((?P<layer>[a-z]+)\);')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACE = re.compile(r"\s+")

EDITING = ("wagtail", "admin/", "ninja/")  # What only the two editing interfaces load.

Paths = dict[str, tuple["Storage", str]]


class SiteCompressor(Compressor):  # type: ignore[misc]
    """Compresses the site's own files; the editors' many files where the settings ask for it."""

    def should_compress(self, filename: str) -> bool:
        if filename.startswith(EDITING) and not settings.COMPRESS_EDITING_FILES:
            return False
        return bool(super().should_compress(filename))


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A manifest storage that replaces the entry style sheet's imports by what they import."""

    def post_process(
        self,
        paths: Paths,
        dry_run: bool = False,  # noqa: FBT001, FBT002  Django's own signature.
        **options: Any,  # noqa: ANN401  Django's own signature.
    ) -> Iterator[tuple[str, str, bool]]:
        if ENTRY in paths and not dry_run:
            sheet = bundle(read(paths, ENTRY), lambda name: read(paths, FOLDER + name))
            self.delete(ENTRY)
            self.save(ENTRY, ContentFile(sheet.encode()))
            paths[ENTRY] = (self, ENTRY)
        yield from super().post_process(paths, dry_run, **options)

    def create_compressor(self, **options: Any) -> Compressor:  # noqa: ANN401  The library's own.
        return SiteCompressor(**options)


def read(paths: Paths, name: str) -> str:
    """Return the text of a collected file as its source has it."""
    storage, path = paths[name]
    with storage.open(path) as source:
        text: str = source.read().decode()
    return text


def bundle(entry: str, load: Callable[[str], str]) -> str:
    """Return the entry with each import replaced by that component inside its layer."""

    def inside(found: re.Match[str]) -> str:
        return f"@layer {found['layer']} {{{load(found['name'])}}}"

    return SPACE.sub(" ", COMMENT.sub("", IMPORT.sub(inside, entry))).strip() + "\n"
