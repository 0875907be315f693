"""Where on the page a problem of a document belongs, and how it is said there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from projects.matching.documents import RuleNotUnderstood


class Place(NamedTuple):
    field: str
    rows: str = ""
    number: int = 0


FIELDS = {
    "name": "name",
    "currency": "currency",
    "window[0]": "opens_on",
    "window[1]": "last_day",
    "tz": "zone",
    "clock": "clock",
    "settle_by": "settle_by",
    "priority": "priority",
    "min_contribution": "minimum",
    "rate": "kind",
    "tiers": "kind",
    "formula": "kind",
    "layers": "kind",
    "coupling": "coupling",
    "pot": "pot",
    "needs_award": "needs_award",
    "allocation": "allocation",
    "on_exhaustion": "on_exhaustion",
    "waitlist": "on_exhaustion",
    "stacking": "stacking",
    "refund": "partial",
    "counts.proof": "proof",
    "counts": "kinds",
}
ROWS = {
    "caps": "caps",
    "base_caps": "base_caps",
    "base_cap": "base_caps",
    "layers": "layers",
    "tiers.bands": "bands",
}
PARTS = {
    "scope": "scope",
    "period": "period",
    "years": "years",
    "amount": "amount",
    "layer": "layer",
    "id": "id",
    "rate": "gives",
    "pot": "pot",
    "0": "first",
    "1": "last",
    "2": "gives",
    "3": "per",
}
_ROW = re.compile(r"([a-z_.]+)\[(\d+)\][.\[]?([a-z0-9]*)")
PROBLEMS = {
    "window[1]": gettext_lazy("The programme has to end after it begins."),
    "settle_by": gettext_lazy("The last day to arrive has to be after the beginning."),
    "formula": gettext_lazy(
        "This way of sharing out cannot work with this way of adding. Change one of the two."
    ),
    "stacking.mode": gettext_lazy(
        "What is shared out at the end looks at the whole contribution. Choose that."
    ),
    "on_exhaustion": gettext_lazy("All or nothing cannot be chosen for sharing out at the end."),
    "needs_award": gettext_lazy("Awards go with sharing out at once or by hand."),
    "rate": gettext_lazy("Say what is added."),
    "layers": gettext_lazy("Name the funders and what each adds, at most 12."),
    "tiers.bands": gettext_lazy("Write at least one tier."),
}


def field_of(place: str) -> Place:
    """Return the field of a place in a document, as caps[0].amount."""
    found = _ROW.match(place)
    if found and found[1] in ROWS:
        part = found[3].removesuffix("[")
        return Place(PARTS.get(part, ""), ROWS[found[1]], int(found[2]))
    while place and place not in FIELDS:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return Place(FIELDS.get(place, ""))


def problem_of(refusal: RuleNotUnderstood) -> str:
    """Return what is wrong, in words where the page has its own."""
    if refusal.field in PROBLEMS:
        return str(PROBLEMS[refusal.field])
    words = {"place": refusal.field, "allowed": refusal.allowed}
    return _("This cannot be: %(place)s %(allowed)s.") % words
