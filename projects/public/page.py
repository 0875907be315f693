"""A project's page: everything about one project, its money and the way to give."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from babel import Locale
from django.utils import timezone
from django.utils.translation import get_language

from projects.delivery import selectors as delivery
from projects.funding import selectors as funding
from projects.funding.previews import usual_amount
from projects.funding.status import PublicStatus, public_status
from projects.public import programmes, quoting
from projects.public.chips import chips, typed
from projects.public.sharing import share_links
from projects.vetting import selectors as vetting

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money
    from projects.catalogue.selectors import ProjectPage
    from projects.funding.models import Campaign


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One thing the money buys, and its part of the whole in per cent."""

    item: str
    amount: Money
    share: Fraction


def page_context(page: ProjectPage, *, asked: str | None, at: datetime) -> dict[str, object]:
    """Return what the page shows; `asked` is the amount of the address, as it was typed."""
    project = page.project
    campaign = funding.current_campaigns([project.pk]).get(project.pk)
    status = public_status(project, campaign, at=at)
    stages = delivery.stages(
        project.pk, language=get_language() or "en", today=timezone.localdate(at)
    )
    first_open = next((stage.n for stage in stages if not stage.is_accepted), None)
    context: dict[str, object] = {
        "page": page,
        "campaign": campaign,
        "status": status,
        "is_open": False,
        "budget": _budget(page),
        "stages": stages,
        "next_stage": first_open,
        "checks": vetting.checks(project.pk),
        "share": share_links(project.slug, title=page.text.title),
        "written_in": _language_name(project.language),
    }
    if campaign is not None:
        context["totals"] = funding.totals([campaign])[campaign.pk]
        context["pots"] = pots = programmes.pots_of(campaign)
        context["pot_amounts"] = [pot.matched for pot in pots]
        context["days_left"] = funding.days_left(campaign, at=at)
    if campaign is not None and status == PublicStatus.OPEN:
        context |= _giving(page, campaign, asked=asked, at=at)
    return context


def _giving(
    page: ProjectPage, campaign: Campaign, *, asked: str | None, at: datetime
) -> dict[str, object]:
    """Return what the panel needs while people can give."""
    understood = quoting.asked_amount(asked, campaign)
    amount = understood or usual_amount(campaign)
    return {
        "is_open": True,
        "offer": quoting.offer_to_anybody(page.project, campaign, amount, at=at),
        "typed": typed(amount),
        "chips": chips(campaign, chosen=typed(amount)),
        "is_amount_refused": asked is not None and understood is None,
    }


def _budget(page: ProjectPage) -> list[BudgetLine]:
    whole = sum(line.amount.minor for line in page.budget)
    return [
        BudgetLine(line.item, line.amount, Fraction(100 * line.amount.minor, whole))
        for line in page.budget
    ]


def _language_name(code: str) -> str:
    """Return a language's name in the page's language."""
    names = Locale.parse(get_language() or "en", sep="-").languages
    return str(names.get(code, code))
