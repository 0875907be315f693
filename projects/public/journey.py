"""The way of one gift through its four steps, and where somebody belongs who is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from projects.catalogue import selectors as catalogue
from projects.catalogue.models import Project
from projects.funding.models import Contribution
from projects.funding.selectors import current_campaigns
from projects.public.standing import Standing, standing_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from projects.catalogue.selectors import Text
    from projects.funding.models import Campaign

    Step = Callable[[HttpRequest, "Destination", Contribution], HttpResponse]

State = Contribution.State
CONFLICT = 409


class SeeOther(HttpResponseRedirect):
    """Go on to another address with GET, so that reloading it sends nothing again."""

    status_code = 303


@dataclass(frozen=True, slots=True)
class Destination:
    """What somebody is about to give to."""

    project: Project
    text: Text
    campaign: Campaign

    def takes_money(self, at: datetime) -> bool:
        return self.project.state == Project.State.LISTED and self.campaign.takes_money(at)


def destination(request: HttpRequest, slug: str) -> Destination:
    """Return the published project of that address with its campaign, or answer 404."""
    visible = Project.objects.visible_to(request.user).published()
    project = visible.select_related("organisation").filter(slug=slug).first()
    if project is None:
        raise Http404
    campaign = current_campaigns([project.pk]).get(project.pk)
    if campaign is None:
        raise Http404
    text = catalogue.texts([project], language=request.LANGUAGE_CODE)[project.pk]
    return Destination(project, text, campaign)


def destination_of(contribution: Contribution, *, language: str) -> Destination:
    """Return what a contribution goes to, whether or not it is still published."""
    campaign = contribution.campaign
    text = catalogue.texts([campaign.project], language=language)[campaign.project.pk]
    return Destination(campaign.project, text, campaign)


def gift_step(name: str) -> Callable[[Step], Callable[..., HttpResponse]]:
    """Make a view of one step out of what it does with a gift that may be on that step."""

    def decorate(step: Step) -> Callable[..., HttpResponse]:
        @wraps(step)
        def view(request: HttpRequest, slug: str, gift: UUID) -> HttpResponse:
            to = destination(request, slug)
            contribution = _gift(to, gift)
            if away := elsewhere(contribution, step=name):
                return away
            if not to.takes_money(timezone.now()):
                return closed(request, to)
            return step(request, to, contribution)

        return view

    return decorate


def elsewhere(contribution: Contribution, *, step: str) -> HttpResponse | None:
    """Return the redirect to where this contribution is, unless it may be on this step."""
    open_steps = _open_steps(contribution)
    return None if step in open_steps else to_step(open_steps[0], contribution)


def to_step(name: str, contribution: Contribution) -> HttpResponse:
    """Lead to a step of this contribution, by the name of its address."""
    return SeeOther(address(name, contribution))


def address(name: str, contribution: Contribution) -> str:
    """Return the path of a step of this contribution."""
    where: dict[str, object] = {"slug": contribution.campaign.project.slug}
    if name != "give_amount":
        where["gift"] = contribution.public_key
    return reverse(f"public:{name}", kwargs=where)


def to_project(to: Destination) -> HttpResponse:
    """Lead back to the project's page."""
    return SeeOther(reverse("public:project", args=[to.project.slug]))


def closed(request: HttpRequest, to: Destination) -> HttpResponse:
    """Say that the project takes no contributions now."""
    return render(request, "public/give/closed.html", {"to": to}, status=CONFLICT)


def _gift(to: Destination, key: UUID) -> Contribution:
    gifts = Contribution.objects.select_related("campaign__project", "contributor")
    found = gifts.filter(public_key=key, campaign__project=to.project).first()
    if found is None:
        raise Http404
    return found


def _open_steps(contribution: Contribution) -> tuple[str, ...]:
    """Return the steps a contribution may be on, first the one it belongs on."""
    is_known = contribution.donor_key is not None
    if contribution.state == State.DRAFT:
        return (
            ("give_pay", "give_match", "give_details")
            if is_known
            else ("give_details", "give_match")
        )
    if not is_known or contribution.state == State.CANCELLED:
        return ("give_amount",)
    return _STEPS_OF[standing_of(contribution)]


_STEPS_OF = {
    Standing.BEFORE: ("give_pay", "give_details"),
    Standing.UNHEARD: ("give_pay", "give_done"),
    Standing.CONFIRMING: ("give_done",),
    Standing.PERSON: ("give_done",),
    Standing.NOTHING: ("give_pay", "give_details"),
    Standing.RETURNED: ("give_done", "give_pay", "give_details"),
    Standing.RECEIVED: ("give_done",),
}
"""The steps of a contribution that was submitted, or ran out of time."""
