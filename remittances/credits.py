"""Whose numbers an answer stands on: the licence, the words that must be shown, the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from remittances.datasets.rows import ATTRIBUTION, LICENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
FIELDS = ("licence", "attribution", "sources")


def of(files: Iterable[str]) -> dict[str, Any]:
    """Return the credits of an answer that stands on these files, named by their SHA-256."""
    return {"licence": LICENCE, "attribution": ATTRIBUTION, "sources": sorted(set(files))}


def links(datasets_url: str) -> str:
    """Return the `Link` header of every answer: its licence, and where its files are described."""
    return f'<{LICENCE_URL}>; rel="license", <{datasets_url}>; rel="describedby"'
