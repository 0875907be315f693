"""Trying a rule out on money that came before, and saying what would have happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from payments.money import Money
from projects.agency.fields import read
from projects.agency.matching import fan, words
from projects.agency.matching.row_forms import amount_field
from projects.catalogue.models import Project
from projects.catalogue.selectors import texts
from projects.matching import contribution_files, simulation, wording
from projects.matching.selectors import drafts as selectors
from projects.matching.selectors import simulations
from projects.matching.wording import reasons

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from projects.agency.matching.fan import Fan
    from projects.matching.rules import Counted, Rule
    from projects.matching.simulation import Simulation

PAST, FILE = "past", "file"
YEAR = timedelta(days=365)
MOST_ROWS = 10_000
LARGEST_BYTES = 5 * 2**20
DRAWS = 100


class TryForm(forms.Form):
    source = forms.ChoiceField(
        label=gettext_lazy("Money to try it on"),
        choices=[
            (PAST, gettext_lazy("What our projects received in the last 12 months")),
            (FILE, gettext_lazy("A file")),
        ],
        widget=forms.RadioSelect,
        initial=PAST,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with the columns id, t, project and amount, and more if the rule asks for it, as"
            " donor, currency or donor.residence. A time is written 2026-03-02T10:00:00Z."
        ),
        required=False,
        max_length=200,
        allow_empty_file=True,
    )
    pot = amount_field(gettext_lazy("Money in the pot"))

    def __init__(
        self, *args: object, rule: Rule, past: Sequence[Counted], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.rule = rule
        self.past = past
        put_in = sum(simulations.put_in(rule).values())
        self.fields["pot"].help_text = (
            _("Empty: what the rule or the books say.") if put_in else _("The rule says nothing.")
        )

    def clean(self) -> dict[str, Any]:
        """Read the file, every row of it or nothing, and the pot."""
        cleaned = super().clean() or {}
        cleaned["funded"] = self._funded(str(cleaned.get("pot") or "").strip())
        if cleaned.get("source") == FILE:
            cleaned["money"] = self._rows(cleaned.get("file"))
        else:
            cleaned["money"] = self.past
            if not self.past and not self.errors:
                self.add_error(
                    "source", _("Your projects received nothing that this rule speaks of.")
                )
        return cleaned

    def _funded(self, typed: str) -> dict[str, int] | int:
        if typed:
            try:
                return read(typed, currency=self.rule.currency).minor
            except forms.ValidationError as error:
                self.add_error("pot", error)
                return 0
        found = simulations.put_in(self.rule)
        if not sum(found.values()):
            self.add_error("pot", _("Say how much is in the pot."))
        return found

    def _rows(self, sent: UploadedFile[bytes] | None) -> Sequence[Counted]:
        if sent is None:
            self.add_error("file", _("Choose a file."))
            return ()
        if (sent.size or 0) > LARGEST_BYTES:
            self.add_error("file", _("The file is larger than 5 MiB."))
            return ()
        with NamedTemporaryFile(suffix=".upload") as kept:
            for chunk in sent.chunks():
                kept.write(chunk)
            kept.flush()
            try:
                found = contribution_files.read(Path(kept.name), own_currency=self.rule.currency)
            except contribution_files.RowsNotUnderstood as problem:
                said = str(problem).replace(kept.name, _("the file"))
                self.add_error("file", _("Nothing was read. %(problem)s") % {"problem": said})
                return ()
        if not found:
            self.add_error("file", _("The file has no row."))
        elif len(found) > MOST_ROWS:
            self.add_error(
                "file",
                _("The file has more than 10,000 rows. Use the command matching simulate."),
            )
        return found


@dataclass(frozen=True, slots=True)
class Reason:
    """Why money got less than the formula gives, how often, and how much that was."""

    code: str
    words: str
    count: int
    missing: Money


@dataclass(frozen=True, slots=True)
class Sample:
    """One contribution and what the rule gives for it, in words."""

    on: date
    given: Money
    project: str
    match: Money
    why: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule would have done, as the page shows it."""

    counted: int
    spent: Money
    left: Money
    runs_out_on: date | None
    draws: int
    draws_that_run_out: int
    runs_out_p50: date | None
    projects: int
    projects_in_full: int
    unmatched: int
    fan: Fan | None
    reasons: tuple[Reason, ...]
    samples: tuple[Sample, ...]


def money_of(agency_id: UUID, rule: Rule, *, now: datetime) -> tuple[Counted, ...]:
    """Return what the agency's projects received in the last 12 months."""
    return selectors.past_money(agency_id, rule, since=now - YEAR, until=now)


def outcome(
    rule: Rule, money: Sequence[Counted], funded: dict[str, int] | int, *, draws: int = DRAWS
) -> Outcome:
    """Return what a rule would have done to money, as if it came in the rule's window."""
    placed = in_window(rule, money)
    ceilings = _ceilings(rule, placed)
    found = simulation.simulate(rule, placed, funded_minor=funded, ceilings=ceilings, samples=draws)
    return _shown(found, len(placed))


def in_window(rule: Rule, money: Sequence[Counted]) -> list[Counted]:
    """Return money as it is where all of it lies in the window, else moved to its beginning."""
    window, zone = rule.window, ZoneInfo(rule.window.zone)
    if all(window.contains(each.settled_at) for each in money):
        return list(money)
    first = min(each.settled_at for each in money).astimezone(zone).date()
    return simulation.into_window(rule, money, since=first)


def _ceilings(rule: Rule, money: Iterable[Counted]) -> dict[str, int] | None:
    """Return what was awarded to the projects that are ours; a file may name others."""
    known = [each for each in money if _is_id(each.project)]
    return dict(simulations.ceilings_of(rule, known)) if rule.needs_award else None


def _shown(found: Simulation, counted: int) -> Outcome:
    currency = found.rule.currency
    in_the_middle = None if found.runs_out_p50 == date.max else found.runs_out_p50
    return Outcome(
        counted=counted,
        spent=Money(found.spent_minor, currency),
        left=Money(found.funded_minor - found.spent_minor, currency),
        runs_out_on=found.runs_out_on,
        draws=found.draws,
        draws_that_run_out=found.draws_that_run_out,
        runs_out_p50=in_the_middle,
        projects=found.projects,
        projects_in_full=found.projects_in_full,
        unmatched=len(found.unmatched),
        fan=fan.drawn(
            found.fan,
            funded_minor=found.funded_minor,
            currency=currency,
            runs_out_on=in_the_middle,
        ),
        reasons=_reasons(found),
        samples=_samples(found),
    )


def _reasons(found: Simulation) -> tuple[Reason, ...]:
    counts, missing = Counter[str](), Counter[str]()
    for each in found.unmatched:
        counts[each.reason or ""] += 1
        missing[each.reason or ""] += each.missing_minor
    return tuple(
        Reason(code, _reason_words(code), count, Money(missing[code], found.rule.currency))
        for code, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    )


def _reason_words(code: str) -> str:
    kind, _colon, field = code.partition(":")
    if kind == "not_eligible":
        return _("A condition of the rule is not met: %(field)s.") % {"field": field}
    if (limited := _limited(code)) is not None:
        return _("The limit per %(what)s was reached.") % {"what": limited}
    return reasons.plain(code, {})


def _limited(code: str) -> str | None:
    """Return what the limit of a reason such as cap_donor_month is per."""
    scope = code.removeprefix("cap_")
    for period in ("_month", "_fiscal_year", "_n_years"):
        scope = scope.removesuffix(period)
    labels = dict(words.SCOPES)
    return str(labels[scope]) if code.startswith("cap_") and scope in labels else None


def _samples(found: Simulation) -> tuple[Sample, ...]:
    currency, zone = found.rule.currency, ZoneInfo(found.rule.window.zone)
    names = _titles(each.money.project for each in found.worked)
    return tuple(
        Sample(
            on=each.money.settled_at.astimezone(zone).date(),
            given=Money(each.money.amount_minor, each.money.currency),
            project=names.get(each.money.project, each.money.project),
            match=Money(each.minor, currency),
            why=wording.why(each.reason, each.steps, currency=currency),
            steps=wording.sentences(each.steps, currency=currency),
        )
        for each in found.worked
    )


def _titles(projects: Iterable[str]) -> dict[str, str]:
    ids = {project for project in projects if _is_id(project)}
    rows = list(Project.objects.filter(pk__in=ids))
    found = texts(rows, language=get_language() or "en")
    return {str(row.pk): found[row.pk].title for row in rows}


def _is_id(project: str) -> bool:
    try:
        UUID(project)
    except ValueError:
        return False
    return True
