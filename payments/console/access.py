"""Who may enter the finance console. Whoever may not gets the answer of a page that does not exist.

Only staff come in, and staff prove a second factor before any page answers.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    Arguments = ParamSpec("Arguments")
    View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]

VIEW = "reconciliation.view_books"
WORK = "reconciliation.work_exceptions"
APPROVE = "payouts.approve_payouts"


class Person(Protocol):
    """Whoever asks, signed in or not."""

    @property
    def pk(self) -> object: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def is_staff(self) -> bool: ...
    def has_perm(self, perm: str) -> bool: ...
    def get_username(self) -> str: ...


form_page = require_http_methods(["GET", "HEAD", "POST"])
action = require_POST


def books(view: View[Arguments]) -> View[Arguments]:
    """Let in who may see the books: strangers to the log-in, a 404 for the rest, no cache."""
    return _private(view, may_see)


def working(view: View[Arguments]) -> View[Arguments]:
    """Let in who may see the books and act on what waits there."""
    return _private(view, may_work)


def paying(view: View[Arguments]) -> View[Arguments]:
    """Let in who may act, and on payouts."""
    return _private(view, may_pay)


def may_see(person: Person) -> bool:
    """Tell whether a person may see the finance console."""
    return person.is_active and person.is_staff and person.has_perm(VIEW)


def may_work(person: Person) -> bool:
    """Tell whether a person may close exceptions, ask for refunds and replay events."""
    return may_see(person) and person.has_perm(WORK)


def may_pay(person: Person) -> bool:
    """Tell whether a person may approve, hold, cancel and release payouts."""
    return may_work(person) and person.has_perm(APPROVE)


def actor(request: HttpRequest) -> UUID:
    """Return who is acting.

    Raises:
        Http404: Nobody is signed in.
    """
    if request.user.pk is None:
        raise Http404
    key: UUID = request.user.pk
    return key


def _private(view: View[Arguments], may: Callable[[Person], bool]) -> View[Arguments]:
    @wraps(view)
    def checked(
        request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        if not may(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    private: Any = cache_control(private=True, no_store=True)(login_required(checked))
    return cast("View[Arguments]", private)
