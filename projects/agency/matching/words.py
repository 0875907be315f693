"""What the editor calls the words of a rule. The rule's own words stay what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.agency.matching.sentence import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS = (
    (Kind.RATE, _("The same share of every amount")),
    (Kind.LAYERS, _("Shares of several funders")),
    (Kind.TIERS, _("A share that depends on the amount")),
    (Kind.LUMP, _("One fixed sum for each project")),
    (Kind.IMPLIED, _("What the way of sharing out gives")),
    (Kind.KEPT, _("Something else, kept as it is written")),
)
TIERS_ON = (
    ("amount", _("one contribution")),
    ("donor_total", _("all that one person gave")),
    ("project_total", _("all that one project got")),
)
TIERS_MODES = (
    ("slab", _("the whole amount at one rate")),
    ("marginal", _("each part at the rate of its tier")),
)
COUPLINGS = (
    ("joint", _("together: when one funder has nothing left, the others stop too")),
    ("independent", _("each for itself")),
)
SCOPES = (
    ("contribution", pgettext_lazy("limit per", "contribution")),
    ("donor", pgettext_lazy("limit per", "person")),
    ("donor_project", pgettext_lazy("limit per", "person and project")),
    ("donor_organisation", pgettext_lazy("limit per", "person and organisation")),
    ("project", pgettext_lazy("limit per", "project")),
    ("organisation", pgettext_lazy("limit per", "organisation")),
    ("club", pgettext_lazy("limit per", "club")),
    ("region", pgettext_lazy("limit per", "region")),
    ("beneficiary", pgettext_lazy("limit per", "beneficiary")),
    ("layer", pgettext_lazy("limit per", "funder")),
    ("programme", pgettext_lazy("limit per", "programme, in all")),
    ("project_cost", pgettext_lazy("limit per", "project, money and match together")),
)
BASE_SCOPES = tuple(
    (word, label)
    for word, label in SCOPES
    if word in ("contribution", "donor", "donor_project", "donor_organisation", "project")
)
PERIODS = (
    ("none", pgettext_lazy("limit over", "over its whole life")),
    ("month", pgettext_lazy("limit over", "each month")),
    ("fiscal_year", pgettext_lazy("limit over", "each fiscal year")),
    ("n_years", pgettext_lazy("limit over", "in this number of years:")),
)
FACTS = (
    ("donor.residence", _("the country the giver lives in")),
    ("donor.kind", _("the kind of giver")),
    ("donor.citizenship", _("the giver's citizenship")),
    ("donor.club", _("the giver's club")),
    ("donor.registered", _("whether the giver is registered")),
    ("project.country", _("the project's country")),
    ("project.region", _("the project's region")),
    ("project.sector", _("the project's sector")),
    ("project.kind", _("the kind of project")),
    ("project.slug", _("the project's name in its address")),
    ("project.organisation", _("the project's owner")),
    ("project.goal", _("the goal of the campaign")),
    ("project.budget", _("the project's budget")),
    ("project.score", _("the project's score")),
    ("contribution.amount", _("the amount given")),
    ("contribution.channel", _("the way the money came")),
    ("role", _("the giver's role")),
)
OPERATORS = (
    ("in", _("is one of")),
    ("not_in", _("is none of")),
    ("eq", _("is")),
    ("ne", _("is not")),
    ("gte", _("is at least")),
    ("lte", _("is at most")),
)
COUNTED_KINDS = (
    ("donation", _("Donations")),
    ("loan", _("Loans")),
    ("equity", _("Shares in a business")),
    ("pledge", _("Pledges")),
    ("own_investment", _("Own investment")),
)
GIVERS = (
    ("individual", pgettext_lazy("givers", "People")),
    ("club", pgettext_lazy("givers", "Clubs")),
    ("company", pgettext_lazy("givers", "Companies")),
    ("organisation", pgettext_lazy("givers", "Other organisations")),
    ("estate", pgettext_lazy("givers", "Estates")),
)
CLOCKS = (
    ("settled", _("when the money arrives")),
    ("initiated", _("when the giver pays")),
)
ALLOCATIONS = (
    ("instant", _("At once, in the order in which money arrives")),
    ("prorata_close", _("At the end, everyone's match cut alike if the pot is too small")),
    ("share_close", _("At the end, the pot divided by what each project raised")),
    ("quadratic_close", _("At the end, many small givers counting more (quadratic)")),
    ("ranked_close", _("At the end, best score first")),
    ("manual", _("By hand")),
)
EXHAUSTIONS = (
    ("partial", _("The last contribution gets what is left")),
    ("refuse", _("A contribution gets all of its match or none")),
    ("waitlist", _("What is missing waits in line for money that comes free")),
    ("next_call", _("What is missing is told to wait for the next call")),
)
PARTIALS = (
    ("recompute", _("The rule is asked again about what remains")),
    ("proportional", _("The match falls by the same share")),
)
FREED = (
    ("pot", _("Back into the pot")),
    ("waitlist", _("To those who wait in line")),
    ("funder", _("Back to the funder")),
)
STACKINGS = (
    ("parallel", _("This programme looks at the whole contribution")),
    ("cascade", _("This programme looks at what others left unmatched")),
    ("exclusive", _("This programme gives nothing where another one gave")),
)
KEYS = {
    "id": _("Id"),
    "name": _("Name"),
    "version": _("Number in the document"),
    "instrument": _("Instrument"),
    "legal_basis": _("Legal basis"),
    "currency": _("Currency"),
    "window": _("From when to when"),
    "tz": _("Time zone"),
    "clock": _("What decides the day"),
    "settle_by": _("Last day to arrive"),
    "priority": _("Place in the order of programmes"),
    "counts": _("Which money counts"),
    "eligible": _("Conditions"),
    "min_contribution": _("Smallest amount"),
    "base_cap": _("Limits on the money that counts"),
    "base_caps": _("Limits on the money that counts"),
    "weight": _("Weight by score"),
    "paired": _("Money of several roles together"),
    "fx": _("Exchange rates"),
    "indices": _("Dated amounts"),
    "fiscal_year_start": _("First day of the fiscal year"),
    "rate": _("Rate"),
    "tiers": _("Tiers"),
    "formula": _("Formula"),
    "layers": _("Funders"),
    "coupling": _("How funders work together"),
    "pot": _("Pot"),
    "caps": _("Limits"),
    "floors": _("Smallest match"),
    "threshold": _("Threshold"),
    "reserve": _("Reserved part of the pot"),
    "needs_award": _("Only with an award of a committee"),
    "allocation": _("Way of sharing out"),
    "project_cap": _("Limit per project at the end"),
    "fill": _("Sharing what a limit cuts off"),
    "ranking": _("Order of projects"),
    "min_score": _("Smallest score"),
    "partial_fill": _("Part for the first who does not fit"),
    "waitlist": _("Waiting list"),
    "on_exhaustion": _("When the pot is empty"),
    "stacking": _("Beside other programmes"),
    "refund": _("When money goes back"),
    "disbursement": _("Payment in parts"),
    "obligations": _("Duties"),
    "reservation_minutes": _("Minutes a match is held while paying"),
}
PARTS = {
    "amount": _("amount"),
    "scope": _("per"),
    "period": _("counted"),
    "years": _("years"),
    "layer": _("funder"),
    "id": _("id"),
    "rate": _("rate"),
    "pot": _("pot"),
    "field": _("fact"),
    "op": _("compared"),
    "value": _("with"),
    "metric": _("measured by"),
    "at": _("reached at"),
    "mode": _("mode"),
    "partial": _("when part goes back"),
    "freed": _("what comes free"),
    "kinds": _("kinds of money"),
    "by": _("who gives"),
    "proof": _("proof"),
}
LABELS: Mapping[str, Mapping[str, object]] = {
    "scope": dict(SCOPES),
    "period": dict(PERIODS),
    "field": dict(FACTS),
    "op": dict(OPERATORS),
    "kinds": dict(COUNTED_KINDS),
    "by": dict(GIVERS),
    "clock": dict(CLOCKS),
    "allocation": dict(ALLOCATIONS),
    "on_exhaustion": dict(EXHAUSTIONS),
    "partial": dict(PARTIALS),
    "freed": dict(FREED),
    "coupling": dict(COUPLINGS),
    "mode": dict(TIERS_MODES) | dict(STACKINGS),
}
"""Words of a rule by the key they stand under, for telling what differs."""


def place(steps: Sequence[str | int]) -> str:
    """Return where in a rule something stands, as the page calls it: Limits · row 2 · amount."""
    key, *inner = steps
    return " · ".join([str(KEYS.get(str(key), key)), *(part_of(step) for step in inner)])


def part_of(step: str | int) -> str:
    """Return what one part inside a rule is called; rows are counted from 1."""
    if isinstance(step, int):
        return _now("row %(n)d") % {"n": step + 1}
    return str(PARTS.get(step, step))
