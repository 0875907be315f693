"""Answers that are no pages: the way on after an action, and a list as a file to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone

from payments.sheets import csv_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from payments.sheets import Cell


class SeeOther(HttpResponseRedirect):
    """Leads on after an action: a reload repeats nothing."""

    status_code = 303

    def __init__(self, to: str, *args: object) -> None:
        super().__init__(resolve_url(to, *args))


def sheet(
    name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]
) -> StreamingHttpResponse:
    """Return rows as a CSV file that is named after the list and the moment."""
    response = StreamingHttpResponse(
        csv_lines(columns, rows), content_type="text/csv; charset=utf-8"
    )
    moment = f"{timezone.now():%Y-%m-%dT%H%MZ}"
    response.headers["Content-Disposition"] = f'attachment; filename="weft-{name}-{moment}.csv"'
    return response
