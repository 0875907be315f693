"""The pages of the give journey: what each step shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import fees
from payments.money import Money
from projects.funding import selectors
from projects.funding.models import Contribution
from projects.public import agreeing, belonging, journey, quoting
from projects.public.chips import chips, typed
from projects.public.forms import AmountForm
from projects.public.problems import CONFLICT, OK, UNPROCESSABLE
from projects.public.standing import Standing, may_correct_details, standing_of

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from projects.funding.selectors import Totals
    from projects.funding.services import Busy
    from projects.public.forms import DetailsForm
    from projects.public.journey import Destination
    from projects.public.problems import Problem
    from projects.public.quoting import Offer

State = Contribution.State


def amount_step(
    request: HttpRequest, to: Destination, form: AmountForm, *, busy: Busy | None = None
) -> HttpResponse:
    """Show the first step, with a fresh token where the one that came is not usable."""
    if form.is_bound and "token" in form.errors:
        form.data = {**dict(form.data.items()), "token": uuid4()}
    context = {
        "to": to,
        "form": form,
        "step": 1,
        "chips": chips(to.campaign, chosen=form["amount"].value() or ""),
        "sign": "€" if to.campaign.currency == "EUR" else to.campaign.currency,
        "changing": _to_change(request, to),
    }
    status = _status_of(form, busy)
    return render(request, "public/give/amount.html", context, status=status)


def first_amount_form(request: HttpRequest, to: Destination) -> AmountForm:
    """Return the form as an address asks for it: an amount, a gift to change, or neither."""
    earlier = _to_change(request, to)
    text = request.GET.get("amount")
    if text is None and earlier is not None:
        text = typed(earlier.amount)
    token = UUID(earlier.idempotency_key) if earlier else uuid4()
    initial = {"amount": text, "token": token}
    return AmountForm(initial=initial, currency=to.campaign.currency)


def match_step(
    request: HttpRequest,
    to: Destination,
    contribution: Contribution,
    *,
    problem: Problem | None = None,
) -> HttpResponse:
    """Show what the gift becomes."""
    offer = quoting.offer_for(contribution, at=timezone.now())
    before = selectors.totals([to.campaign])[to.campaign.pk]
    after = _with(before, offer)
    context = {
        **_of(to, contribution, offer),
        "before": before,
        "after": after,
        "step": 2,
        "problem": problem,
        "to_details": journey.address("give_details", contribution) + agreeing.query(offer.match),
    }
    status = problem.status if problem else OK
    return render(request, "public/give/match.html", context, status=status)


def details_step(
    request: HttpRequest,
    to: Destination,
    contribution: Contribution,
    form: DetailsForm,
    *,
    busy: Busy | None = None,
) -> HttpResponse:
    """Ask who gives."""
    context = {
        "to": to,
        "gift": contribution,
        "form": form,
        "step": 3,
        "is_draft": contribution.state == State.DRAFT,
    }
    status = _status_of(form, busy)
    return render(request, "public/give/details.html", context, status=status)


def known_details(request: HttpRequest, contribution: Contribution) -> dict[str, object]:
    """Return what the person has told before, to be shown again where it was typed."""
    if contribution.donor_key is None or not belonging.is_theirs(request, contribution):
        return {}
    giver = contribution.contributor
    names = ("email", "name", "residence", "hide_name", "message")
    return {name: getattr(giver, name) for name in names}


def pay_step(  # noqa: PLR0913  How somebody came, and with what, decides what is said first.
    request: HttpRequest,
    to: Destination,
    contribution: Contribution,
    *,
    cancelled: bool = False,
    shown: Money | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    """Show everything once more, with the button to pay.

    Where less would be matched than was `shown` before, that is said first.
    """
    if problem is not None:  # What was refused may have left marks on the object.
        contribution.refresh_from_db()
    standing = standing_of(contribution)
    offer = quoting.offer_for(contribution, at=timezone.now())
    if shown is not None and offer.match < shown:
        return _changed_step(request, to, contribution, offer, shown)
    context = {
        **_of(to, contribution, offer),
        "step": 4,
        "problem": problem,
        "notice": _notice(contribution, standing, cancelled=cancelled),
        "is_draft": contribution.state == State.DRAFT,
        "is_theirs": belonging.is_theirs(request, contribution),
        "may_correct": may_correct_details(contribution, standing),
        "to_details": journey.address("give_details", contribution) + agreeing.query(offer.match),
    }
    status = problem.status if problem else OK
    return render(request, "public/give/pay.html", context, status=status)


def _changed_step(
    request: HttpRequest, to: Destination, contribution: Contribution, offer: Offer, shown: Money
) -> HttpResponse:
    """Say that the match is smaller now and why, and let the person decide."""
    was_paying = request.method == "POST"
    context = {
        **_of(to, contribution, offer),
        "shown": shown,
        "was_paying": was_paying,
        "is_draft": contribution.state == State.DRAFT,
        "onward": journey.address("give_pay", contribution) + agreeing.query(offer.match),
        "step": 4,
    }
    status = CONFLICT if was_paying else OK
    return render(request, "public/give/changed.html", context, status=status)


def absolute(step: str, contribution: Contribution) -> str:
    """Return the full address of a step, for the provider to lead back to."""
    return settings.SITE_URL + journey.address(step, contribution)


def _of(to: Destination, contribution: Contribution, offer: Offer) -> dict[str, object]:
    """Return what the steps about money show."""
    kept = fees.DEFAULT.preview(contribution.amount)
    return {"to": to, "gift": contribution, "offer": offer, "fees": kept}


def _to_change(request: HttpRequest, to: Destination) -> Contribution | None:
    """Return the gift whose amount is to be changed, if nobody has gone to pay for it."""
    try:
        key = UUID(request.GET.get("gift", ""))
    except ValueError:
        return None
    drafts = Contribution.objects.filter(campaign=to.campaign, state=State.DRAFT)
    return drafts.filter(public_key=key).first()


def _with(totals: Totals, offer: Offer) -> Totals:
    """Return a campaign's totals as they would be with this gift."""
    zero = Money(0, offer.amount.currency)
    return replace(
        totals,
        contributed=totals.contributed + offer.amount,
        matched=totals.matched + offer.match,
        raised=totals.raised + offer.total,
        needed=max(totals.needed - offer.total, zero),
    )


def _status_of(form: Form, busy: Busy | None) -> int:
    """Return the status of a form's page, and put on the form that it was too busy to be taken."""
    if busy is not None:
        form.add_error(None, str(busy))
        return CONFLICT
    return UNPROCESSABLE if form.is_bound else OK


def _notice(contribution: Contribution, standing: Standing, *, cancelled: bool) -> str:
    if standing is Standing.RETURNED:
        return _("What you paid went back to you. You can try again.")
    if contribution.state == State.EXPIRED:
        return _("The time to pay ran out. Nothing was taken. You can try again.")
    if standing is Standing.NOTHING:
        return _("The payment did not go through. Nothing was taken. You can try again.")
    if cancelled:
        return _("You came back without paying. Nothing was taken. You can try again.")
    return ""
