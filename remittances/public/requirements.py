"""The World Bank's twelve requirements for national databases: each one, met or not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from remittances import credits as credit
from remittances.datasets.rows import ATTRIBUTION, LICENCE
from remittances.figures import requirements, selectors
from remittances.figures.requirements import Requirement, Status

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

SAID: dict[str, tuple[_StrPromise, _StrPromise]] = {
    "two_amounts": (
        _("Two amounts are compared in each corridor"),
        _("%(corridors_two_amounts)s of %(corridors)s corridors have prices at two amounts;"
          " %(rows_two_amounts)s of %(rows)s services have both."),
    ),
    "fee": (
        _("The fee the sender pays is shown"),
        _("%(rows_with_total)s of %(rows)s services are priced in full."),
    ),
    "exchange_rate": (
        _("The exchange rate applied is shown"),
        _("%(rows_transparent)s of %(rows)s services disclose their exchange rate. The others"
          " stand apart and are in no average."),
    ),
    "total_cost": (
        _("The total cost is shown"),
        _("%(rows_with_total)s of %(rows)s services have a total. Where something is missing we"
          " give no total and say why."),
    ),
    "speed": (
        _("The speed of the transfer is shown"),
        _("%(rows_with_speed)s of %(rows)s services say how fast they are."),
    ),
    "type_of_service": (
        _("The type of service and of provider is shown"),
        _("%(rows_with_type)s of %(rows)s services say what kind of provider they are of."),
    ),
    "market_coverage": (
        _("At least 60 per cent of the market of each corridor is covered"),
        _("Not known, so not met: the files do not say what share of the market they cover. The"
          " corridors have from %(fewest_firms)s to %(most_firms)s firms."),
    ),
    "independent_researchers": (
        _("Prices are collected by independent researchers"),
        _("The survey's %(rows)s prices were collected for the World Bank, %(rows_with_day)s of"
          " them with their day. %(live_rows)s prices come from firms' feeds or from officers,"
          " and are marked so."),
    ),
    "mystery_shopping": (
        _("Prices are checked by mystery shopping"),
        _("Not met: we do no mystery shopping."),
    ),
    "no_advertising": (
        _("There is no advertising"),
        _("There is none. %(paying_firms)s firms pay for a link to them."),
    ),
    "clear_funding": (
        _("There is no subscription, funding is clear, and transfer providers do not pay"),
        _("There is no subscription, and %(paying_firms)s transfer providers pay. Who pays for"
          " running this site is for its operator to say, and is not said here yet."),
    ),
    "links_to_others": (
        _("There are links to other certified databases"),
        _("They stand at the end of this page."),
    ),
}  # fmt: skip
STATUSES = {
    Status.MET: _("Met"),
    Status.PARTLY: _("Partly met"),
    Status.NOT_MET: _("Not met"),
}
OTHERS = (
    ("Remittance Prices Worldwide", "https://remittanceprices.worldbank.org/"),
    ("GeldtransFAIR", "https://www.geldtransfair.de/"),
    ("Money from Sweden", "https://www.moneyfromsweden.se/"),
)


class Shown(NamedTuple):
    """One requirement in words."""

    number: int
    requirement: str
    status: Status
    status_words: str
    why: str
    facts: dict[str, int]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the twelve requirements, what is met, and what is not."""
    shown = _shown()
    met = sum(row.status is Status.MET for row in shown)
    sentence = ngettext("%(met)s of the twelve is met.", "%(met)s of the twelve are met.", met) % {
        "met": met
    }
    context = {
        "requirements": shown,
        "sentence": sentence,
        "others": OTHERS,
        "licence": LICENCE,
        "licence_url": credit.LICENCE_URL,
        "attribution": ATTRIBUTION,
    }
    return render(request, "remittances/data/requirements.html", context)


@require_safe
def document(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  The same for everybody.
    """Give the same for programs: this site is not certified."""
    rows = [row._asdict() for row in _shown()]
    for row in rows:
        del row["status_words"]
    return JsonResponse({"certified": False, "requirements": rows})


def _shown() -> list[Shown]:
    found = requirements.counted(
        selectors.newest_surveys(),
        live_rows=selectors.live_rows(),
        paying_firms=selectors.paying_providers().count(),
    )
    return [_in_words(requirement) for requirement in requirements.judged(found)]


def _in_words(requirement: Requirement) -> Shown:
    asked, why = SAID[requirement.code]
    return Shown(
        number=requirement.number,
        requirement=str(asked),
        status=requirement.status,
        status_words=str(STATUSES[requirement.status]),
        why=str(why) % requirement.facts,
        facts=requirement.facts,
    )
