"""Who may work on prices. Whoever may not gets the answer of a page that does not exist.

Only staff come in, and staff prove a second factor before any page answers.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.cache import cache_control

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    Arguments = ParamSpec("Arguments")
    View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]

WORK = "remittances.work_prices"
APPROVE = "remittances.approve_prices"


class Person(Protocol):
    """Whoever asks, signed in or not."""

    @property
    def pk(self) -> object: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def is_staff(self) -> bool: ...
    def has_perm(self, perm: str) -> bool: ...


def may_work(person: Person) -> bool:
    """Tell whether a person may see, upload and enter prices."""
    return person.is_active and person.is_staff and person.has_perm(WORK)


def may_approve(person: Person) -> bool:
    """Tell whether a person may approve what another one entered, and names."""
    return may_work(person) and person.has_perm(APPROVE)


def working(view: View[Arguments]) -> View[Arguments]:
    """Let in who may work on prices: strangers to the log-in, a 404 for the rest, no cache."""
    return _private(view, may_work)


def approving(view: View[Arguments]) -> View[Arguments]:
    """Let in who may approve."""
    return _private(view, may_approve)


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
