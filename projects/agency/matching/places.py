"""Where on the page a problem of a document belongs, and how it is said there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.agency.matching import words

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
_NUMBERED, _STEP = re.compile(r"\[\d+\]"), re.compile(r"\w+")
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
    "pot": gettext_lazy("With several funders the money stands beside each of them."),
    "coupling": gettext_lazy("This goes with several funders only."),
    "threshold.mode": gettext_lazy(
        "One sum for reaching something goes with sharing out at once only."
    ),
    "project_cap": gettext_lazy(
        "This limit is for sharing out at the end. Here write a limit per project."
    ),
    "ranking": gettext_lazy("An order of projects goes with scores or with awards only."),
    "layers[].id": gettext_lazy(
        "Name each funder once, by Latin letters, digits, and single - or _ between them."
    ),
    "layers[].rate": gettext_lazy("Say what this funder adds."),
    "caps[].layer": gettext_lazy("Choose one of the programme's own funders, or none."),
    "caps[].period": gettext_lazy("A limit for one contribution has no period."),
    "tiers.bands[][0]": gettext_lazy("A tier begins above the end of the one before."),
    "tiers.bands[][1]": gettext_lazy("A tier ends where it begins, or above."),
}
"""What stands against a rule, in people's words, by its place without the numbers of rows."""


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
    """Return what is wrong in people's words, without the names that a document has for it."""
    general = _NUMBERED.sub("[]", refusal.field, count=1)
    if (said := PROBLEMS.get(refusal.field) or PROBLEMS.get(general)) is not None:
        return str(said)
    steps = [int(step) if step.isdigit() else step for step in _STEP.findall(refusal.field)]
    return _(
        "This does not go with the rest of the rule: %(place)s. Written as text, the rule says"
        " what is allowed there."
    ) % {"place": words.place(steps)}
