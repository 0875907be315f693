"""Giving in four steps: amount, match, details, check and pay. Nothing is taken before the last."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments import checkout
from projects.funding import services
from projects.funding.services import AlreadyPaid, AmountOutOfRange, CampaignClosed, MatchChanged
from projects.public import agreeing, belonging, giving, journey
from projects.public.forms import AgreedMatchForm, AmountForm, DetailsForm
from projects.public.privacy import private_page
from projects.public.problems import REFUSED, UNREACHABLE, Problem
from projects.public.refusals import range_refusal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from payments.models import Payment
    from projects.funding.models import Contribution
    from projects.public.journey import Destination

PAID_ELSEWHERE = (AlreadyPaid, services.NeedsPerson, checkout.AlreadyPaid)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@private_page
@form_page
def amount(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask how much."""
    to = journey.destination(request, slug)
    if not to.takes_money(timezone.now()):
        return journey.closed(request, to)
    if request.method != "POST":
        return giving.amount_step(request, to, giving.first_amount_form(request, to))
    form = AmountForm(request.POST, currency=to.campaign.currency)
    onward = _begun(request, to, form) if form.is_valid() else None
    return onward or giving.amount_step(request, to, form)


@private_page
@require_safe
@journey.gift_step("give_match")
def match(request: HttpRequest, to: Destination, contribution: Contribution) -> HttpResponse:
    """Show what the gift becomes, and until when the match is held."""
    return giving.match_step(request, to, contribution)


@private_page
@form_page
@journey.gift_step("give_details")
def details(request: HttpRequest, to: Destination, contribution: Contribution) -> HttpResponse:
    """Ask who gives."""
    if request.method != "POST":
        form = DetailsForm(initial=giving.known_details(request, contribution))
        return giving.details_step(request, to, contribution, form)
    form = DetailsForm(request.POST)
    if not form.is_valid():
        return giving.details_step(request, to, contribution, form)
    return _identified(request, to, contribution, form)


@private_page
@form_page
@journey.gift_step("give_pay")
def pay(request: HttpRequest, to: Destination, contribution: Contribution) -> HttpResponse:
    """Let the person check everything, and send them to the provider's page to pay."""
    if request.method == "POST":
        agreed = AgreedMatchForm(request.POST)
        if agreed.is_valid():
            shown_minor = agreed.cleaned_data["agreed_match_minor"]
            return _submitted(request, to, contribution, shown_minor)
    shown = agreeing.shown_before(request, contribution)
    is_back = "cancelled" in request.GET
    return giving.pay_step(request, to, contribution, cancelled=is_back, shown=shown)


@private_page
@require_POST
@journey.gift_step("give_match")
def stop(request: HttpRequest, to: Destination, contribution: Contribution) -> HttpResponse:
    """Stop a gift that nobody has gone to pay, and give the match back."""
    try:
        services.cancel_contribution(contribution_id=contribution.pk, now=timezone.now())
    except services.NotChangeable:
        return journey.to_step("give_pay", contribution)
    except services.Busy as busy:
        return giving.match_step(request, to, contribution, problem=Problem(str(busy)))
    messages.info(request, _("You stopped. Nothing was taken, and the match went back."))
    return journey.to_project(to)


def _begun(request: HttpRequest, to: Destination, form: AmountForm) -> HttpResponse | None:
    """Start the contribution and lead on; None when the amount is refused."""
    try:
        contribution = services.begin_contribution(
            campaign_id=to.campaign.pk,
            amount=form.cleaned_data["amount"],
            idempotency_key=form.cleaned_data["token"].hex,
            language=request.LANGUAGE_CODE,
            now=timezone.now(),
        )
        belonging.set_aside_others(request, contribution, now=timezone.now())
    except services.Busy as busy:
        return giving.amount_step(request, to, form, busy=busy)
    except AmountOutOfRange as refusal:
        form.add_error("amount", range_refusal(refusal))
        return None
    except CampaignClosed:
        return journey.closed(request, to)
    step = "give_match"
    onward = journey.elsewhere(contribution, step=step) or journey.to_step(step, contribution)
    belonging.remember(request, onward, contribution)
    return onward


def _identified(
    request: HttpRequest, to: Destination, contribution: Contribution, form: DetailsForm
) -> HttpResponse:
    try:
        services.identify_contributor(
            contribution_id=contribution.pk, now=timezone.now(), **form.cleaned_data
        )
    except CampaignClosed:
        return journey.closed(request, to)
    except services.Busy as busy:
        return giving.details_step(request, to, contribution, form, busy=busy)
    except services.NotChangeable:
        return journey.to_step("give_pay", contribution)
    onward = journey.address("give_pay", contribution) + agreeing.carried(request)
    return journey.SeeOther(onward)


def _submitted(
    request: HttpRequest, to: Destination, contribution: Contribution, shown_minor: int
) -> HttpResponse:
    """Ask for the money and lead to the page to pay on, or say why not. Nothing is taken here."""
    try:
        payment = services.submit_contribution(
            contribution_id=contribution.pk,
            agreed_match_minor=shown_minor,
            success_url=giving.absolute("give_done", contribution),
            cancel_url=giving.absolute("give_pay", contribution) + "?cancelled=1",
            now=timezone.now(),
        )
    except MatchChanged as change:
        _hold_anew(contribution)
        return giving.pay_step(request, to, contribution, shown=change.old)
    except PAID_ELSEWHERE:
        return journey.to_step("give_done", contribution)
    except CampaignClosed:
        return journey.closed(request, to)
    except (services.Busy, checkout.CheckoutRefused) as refusal:
        return giving.pay_step(request, to, contribution, problem=Problem(str(refusal)))
    except services.FundingRefused:
        return journey.to_project(to)
    return _led_to_page(request, to, contribution, payment)


def _hold_anew(contribution: Contribution) -> None:
    """Hold for a draft what is there now, instead of the more that was held for it before.

    The first form, sent again as it was, does exactly this. What cannot be held just now is tried
    again when the person goes on.
    """
    with suppress(services.FundingRefused):
        services.begin_contribution(
            campaign_id=contribution.campaign_id,
            amount=contribution.amount,
            idempotency_key=contribution.idempotency_key,
            language=contribution.language,
            now=timezone.now(),
        )


def _led_to_page(
    request: HttpRequest, to: Destination, contribution: Contribution, payment: Payment
) -> HttpResponse:
    """Ask the provider for its page and lead there.

    Where that page is over, the last step reads again what became of the payment.
    """
    try:
        return journey.SeeOther(checkout.open_page(payment_id=payment.pk, now=timezone.now()))
    except checkout.CheckoutRefused:
        return journey.to_step("give_done", contribution)
    except checkout.ProviderRefused:
        return giving.pay_step(request, to, contribution, problem=REFUSED)
    except checkout.ProviderError:
        return giving.pay_step(request, to, contribution, problem=UNREACHABLE)
