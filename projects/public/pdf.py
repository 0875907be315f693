"""A page as a PDF, where the libraries that draw text are installed; elsewhere the page is printed.

WeasyPrint draws with Pango, which is a library of the system and not of Python
(https://doc.courtbouillon.org/weasyprint/stable/first_steps.html). Nothing outside is fetched.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

STYLE = Path(__file__).parent / "static" / "public" / "paper.css"


class PdfNotPossible(RuntimeError):
    """Pango is not installed here."""


@cache
def is_possible() -> bool:
    """Tell whether PDFs can be drawn here."""
    try:
        _weasyprint()
    except (ImportError, OSError):  # It looks for Pango while it is imported.
        return False
    return True


def drawn(page: str) -> bytes:
    """Return a page, given as HTML that needs nothing but the style of paper, as a PDF.

    Raises:
        PdfNotPossible: Pango is not installed here.
    """
    if not is_possible():
        raise PdfNotPossible
    library = _weasyprint()
    fetcher = library.urls.URLFetcher(allowed_protocols=())
    style = library.CSS(string=STYLE.read_text(), url_fetcher=fetcher)
    document: bytes = library.HTML(string=page, url_fetcher=fetcher).write_pdf(stylesheets=[style])
    return document


def _weasyprint() -> Any:  # noqa: ANN401  A module, and it carries no types.
    return import_module("weasyprint")
