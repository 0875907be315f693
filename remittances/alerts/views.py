"""Asking for an alert, confirming and stopping it. No account; the pages are nobody else's."""

from __future__ import annotations

import math
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from ninja.throttling import AnonRateThrottle

from remittances import countries, words
from remittances.alerts import services, tokens
from remittances.alerts.forms import ALERT_REFUSALS, WRONG_CODE, AlertForm, CodeForm
from remittances.alerts.services import AlertRefused, Answer
from remittances.alerts.services.asking import Wish
from remittances.alerts.tokens import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    View = Callable[..., HttpResponse]

read_and_post = require_http_methods(["GET", "HEAD", "POST"])


class Asking(AnonRateThrottle):
    """How often alerts may be asked for or confirmed from one connection."""

    scope = "price_alerts"

    def __init__(self) -> None:
        super().__init__(settings.ALERT_RATE)


def _private(view: View) -> View:
    """Keep a page of one person out of every store and index."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: str) -> HttpResponse:
        response = view(request, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return answer


def _few(view: View) -> View:
    """Refuse a connection that posts again and again."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: str) -> HttpResponse:
        asking = Asking()
        if request.method != "POST" or asking.allow_request(request):
            return view(request, **kwargs)
        status = HTTPStatus.TOO_MANY_REQUESTS
        response = render(request, "remittances/alerts/too_many.html", status=status)
        response["Retry-After"] = str(max(1, math.ceil(asking.wait() or 1)))
        return response

    return answer


@csrf_exempt  # It stands on pages kept for everybody, acts on no cookie, and only sends a code.
@_private
@read_and_post
@_few
def ask(request: HttpRequest) -> HttpResponse:
    """Take a wish and lead to the page for the code, the same for every address."""
    if request.method != "POST":
        return redirect("remittances:send")
    form = AlertForm(request.POST)
    if form.is_valid():
        wish = Wish(
            watched=form.cleaned_data["watched"],
            threshold_bps=form.cleaned_data["under"],
            email=form.cleaned_data["email"],
            language=words.language(),
        )
        try:
            alert = services.ask(wish=wish, now=timezone.now())
            return _see_other("alert_code", tokens.made(Purpose.ENTER, alert.pk))
        except AlertRefused as refusal:
            form.add_error(None, str(ALERT_REFUSALS[refusal.code]))
    return _again(request, form)


@_private
@read_and_post
@_few
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Take the code; five wrong ones end it."""
    alert_id = _about(Purpose.ENTER, token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = services.confirm_by_code(
            alert_id=alert_id, code=form.cleaned_data["code"], now=timezone.now()
        )
        if answer is not Answer.WRONG:
            return _answered(request, answer)
        form.add_error("code", WRONG_CODE)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else None
    return render(request, "remittances/alerts/code.html", {"form": form}, status=status)


@_private
@read_and_post
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button, since mail programs follow links by themselves; pressed, confirm."""
    alert_id = _about(Purpose.CONFIRM, token)
    if request.method != "POST":
        return render(request, "remittances/alerts/confirm.html")
    return _answered(request, services.confirm(alert_id=alert_id, now=timezone.now()))


@csrf_exempt  # RFC 8058: mail programs post without cookies, and the address itself is the right.
@_private
@read_and_post
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; pressed, or posted by a mail program, stop. Again is no harm."""
    alert_id = _about(Purpose.STOP, token)
    if request.method != "POST":
        return render(request, "remittances/alerts/stop.html")
    services.stop(alert_id=alert_id)
    return render(request, "remittances/alerts/stopped.html")


def _about(purpose: Purpose, token: str) -> UUID:
    alert_id = tokens.read(purpose, token)
    if alert_id is None:
        raise Http404
    return alert_id


def _answered(request: HttpRequest, answer: Answer) -> HttpResponse:
    if answer is Answer.CONFIRMED:
        return render(request, "remittances/alerts/confirmed.html")
    return render(request, "remittances/alerts/over.html", status=HTTPStatus.GONE)


def _see_other(name: str, token: str) -> HttpResponse:
    where = reverse(f"remittances:{name}", args=[token])
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": where})


def _again(request: HttpRequest, form: AlertForm) -> HttpResponse:
    """Show the form with what is wrong, everything typed still there."""
    context: dict[str, Any] = {"form": form, "back": reverse("remittances:send")}
    if compared := form.compared():
        origin, destination, amount = compared
        here = (origin.iso3.lower(), destination.iso3.lower())
        context |= {
            "origin": _name(origin),
            "destination": _name(destination),
            "amount": amount,
            "back": f"{reverse('remittances:corridor', args=here)}?amount={amount.decimal:f}",
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "remittances/alerts/ask.html", context, status=status)


def _name(facts: countries.CountryFacts) -> str:
    return countries.name_in(words.language(), iso2=facts.iso2, otherwise=facts.name)
