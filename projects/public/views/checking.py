"""Whether a receipt is genuine and what it is still good for: for anybody who holds its number.

It shows number, state, amount and date, and nothing of giver or project.
"""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from ninja.throttling import AnonRateThrottle

from projects.funding.models import Contribution
from projects.funding.receipts import as_number, receipt_state
from projects.public.privacy import private_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    View = Callable[..., HttpResponse]


class Guesses(AnonRateThrottle):
    """How many numbers an address may try; counted apart from every other limit."""

    scope = "receipts"

    def __init__(self) -> None:
        super().__init__(settings.RECEIPT_RATE)


def _few_guesses(view: View) -> View:
    """Refuse whoever asks for number after number."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        guesses = Guesses()
        if guesses.allow_request(request):
            return view(request, **kwargs)
        response = render(request, "public/receipts/too_many.html", status=429)
        response["Retry-After"] = str(max(1, math.ceil(guesses.wait() or 1)))
        return response

    return answer


@private_page
@require_safe
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask for a number, and lead to its page however it was typed."""
    typed = request.GET.get("number", "")
    number = as_number(typed)
    if number is not None:
        return redirect("public:receipt_check", number=number)
    status = 422 if typed else 200
    return render(request, "public/receipts/look_up.html", {"typed": typed[:64]}, status=status)


@private_page
@require_safe
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Say what a receipt is still good for; what is no number of ours is not found."""
    canonical = as_number(number)
    if canonical is None:
        return _missing(request, number)
    if canonical != number:
        return redirect("public:receipt_check", number=canonical)
    return _looked_up(request, number=canonical)


@_few_guesses
def _looked_up(request: HttpRequest, *, number: str) -> HttpResponse:
    found = Contribution.objects.settled().filter(receipt_number=number).first()
    if found is None:
        return _missing(request, number)
    context = {"number": number, "state": receipt_state(found), "gift": found}
    return render(request, "public/receipts/check.html", context)


def _missing(request: HttpRequest, typed: str) -> HttpResponse:
    context = {"typed": typed[:64], "is_missing": True}
    return render(request, "public/receipts/look_up.html", context, status=404)
