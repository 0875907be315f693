"""Programmes and drafts as the pages of the workspace show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.money import Money
from projects.matching.rules import Allocation
from projects.matching.selectors.drafts import Standing

if TYPE_CHECKING:
    from datetime import date

    from projects.matching.models.drafts import ProgrammeDraft
    from projects.matching.rules import Rule
    from projects.matching.selectors.drafts import OwnProgramme

LABELS = {
    Standing.DRAFT: pgettext_lazy("matching programme", "Not published"),
    Standing.COMING: pgettext_lazy("matching programme", "Coming"),
    Standing.OPEN: pgettext_lazy("matching programme", "Open"),
    Standing.FROZEN: pgettext_lazy("matching programme", "Stopped for now"),
    Standing.ENDED: pgettext_lazy("matching programme", "Ended"),
}
TONES = {
    Standing.DRAFT: "calm",
    Standing.COMING: "calm",
    Standing.OPEN: "ok",
    Standing.FROZEN: "bad",
    Standing.ENDED: "calm",
}
WAITING = {
    "open": _("Being written"),
    "proposed": _("Waits for a second person"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One programme in the list."""

    key: str
    name: str
    label: object
    tone: str
    number: int | None
    is_published: bool
    left: Money | None
    funded: Money | None
    until: date | None
    zone: str
    draft: ProgrammeDraft | None
    draft_says: object


def own_row(own: OwnProgramme) -> Row:
    window = own.rule.window if own.rule else None
    return Row(
        key=own.key,
        name=own.name,
        label=LABELS[own.standing],
        tone=TONES[own.standing],
        number=own.current.number if own.current else None,
        is_published=own.current is not None,
        left=own.left,
        funded=own.funded,
        until=(
            (window.closes_at - timedelta(microseconds=1)).astimezone(ZoneInfo(window.zone)).date()
            if window
            else None
        ),
        zone=window.zone if window else "",
        draft=own.draft,
        draft_says=WAITING.get(own.draft.state, "") if own.draft else "",
    )


def has_awards(rule: Rule | None) -> bool:
    """Tell whether a committee awards ceilings by this rule."""
    return rule is not None and (rule.needs_award or rule.allocation is Allocation.MANUAL)


@dataclass(frozen=True, slots=True)
class Gap:
    """What the rule says the pots have, and what was put in, where that is less."""

    promised: Money
    funded: Money

    @property
    def missing(self) -> Money:
        return self.promised - self.funded


def gap_of(own: OwnProgramme) -> Gap | None:
    """Return by how much the pots hold less than the rule says; nothing where they do not."""
    if own.rule is None or own.funded is None:
        return None
    of_layers = sum(layer.pot_minor for layer in own.rule.layers)
    gap = Gap(Money(own.rule.pot_minor or of_layers, own.rule.currency), own.funded)
    return gap if gap.promised > gap.funded else None
