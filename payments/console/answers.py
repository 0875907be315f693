"""Answers that are no pages: the way on after an action, and a list as a file to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseBadRequest, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone

from payments.sheets import csv_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.forms import Form
    from django.http import HttpResponse

    from payments.sheets import Cell


class SeeOther(HttpResponseRedirect):
    """Leads on after an action: a reload repeats nothing."""

    status_code = 303

    def __init__(self, to: str, *args: object) -> None:
        super().__init__(resolve_url(to, *args))


def sheet(
    name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]], *, asked: Form
) -> HttpResponse | StreamingHttpResponse:
    """Return rows as a CSV file that is named after the list and the moment.

    A page shows what is wrong with a filter; nobody looks at a file for that, so there is none.
    """
    if not asked.is_valid():
        faults = asked.errors.get_json_data()
        lines = [f"{name}: {one['message']}" for name, found in faults.items() for one in found]
        return HttpResponseBadRequest("\n".join(lines), content_type="text/plain; charset=utf-8")
    response = StreamingHttpResponse(
        csv_lines(columns, rows), content_type="text/csv; charset=utf-8"
    )
    moment = f"{timezone.now():%Y-%m-%dT%H%MZ}"
    response.headers["Content-Disposition"] = f'attachment; filename="weft-{name}-{moment}.csv"'
    return response
