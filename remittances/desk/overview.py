"""What waits for a person at the desk of prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from remittances.desk.access import working
from remittances.entries import selectors as entries
from remittances.feeds import selectors as feeds
from remittances.models import NameProposal, PriceFile
from remittances.rates import selectors as rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of thing that waits, where it is worked on, and how many there are."""

    label: StrOrPromise
    page: str  # The name of an address.
    count: Callable[[], int]


def _files() -> int:
    state = PriceFile.State
    moving = (state.UPLOADED, state.READING, state.APPROVED)
    return PriceFile.objects.filter(state__in=moving).count()


def _files_read() -> int:
    return PriceFile.objects.filter(state=PriceFile.State.READY).count()


def _names() -> int:
    return NameProposal.objects.filter(state=NameProposal.State.WAITING).count()


WAITING = (
    Waiting(_("Files being read"), "prices:files", _files),
    Waiting(_("Files waiting for a second person"), "prices:files", _files_read),
    Waiting(_("Names that may be one firm"), "prices:names", _names),
    Waiting(_("Entered prices to be checked"), "prices:entries", lambda: entries.waiting().count()),
    Waiting(_("Quotes of feeds held back"), "prices:feeds", lambda: feeds.held().count()),
    Waiting(_("Entered rates to be checked"), "prices:rates", lambda: rates.waiting().count()),
)


@require_safe
@working
def home(request: HttpRequest) -> HttpResponse:
    """Count what waits."""
    waiting = [(one, one.count()) for one in WAITING]
    return render(request, "remittances/desk/home.html", {"waiting": waiting})
