"""Working out again what decisions keep of themselves, from their rule, their money and the ledger.

The counters of a decision are not believed: what it gave moves each counter of match that its rule
keeps, and its money each counter of money. A second look may have counted less than the whole of
what is known now, so there the counters are held to a most, and not to the cent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, When

from payments.ledger.models import Entry
from payments.ledger.selectors import Difference
from projects.matching import caps, counting, extending, unwinding
from projects.matching.engine import parts_of
from projects.matching.instant import bases
from projects.matching.instant.outcomes import Given, total_of
from projects.matching.models import Allocation, Award, CountedMoney, ProgrammeVersion
from projects.matching.tally import Key, Measure, from_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from projects.matching.instant.outcomes import Parts
    from projects.matching.rules import Counted, Rule

BATCH = 2_000
HANDED_OVER = {"earned", "paid", "clawed_back"}
SECOND_LOOKS = {"again", "lost"}
NOT_COUNTED = {"programme_frozen", "project_frozen"}
_CHECKED = (Measure.MATCHED, Measure.COUNTED)


class Remains(NamedTuple):
    """What one decision says of its money: what is left of it, and whether it is disputed."""

    contribution_ref: str
    programme_id: str
    currency: str
    remaining_minor: int | None
    is_blocked: bool | None  # None: it is handed over or gave nothing, and keeps no such mark.


def verify_rows() -> list[Difference]:
    """Return every decision that says something else than its rule, its money and the ledger."""
    return [*_wrong_decisions(), *_wrong_states()]


def remains(contribution_refs: Collection[str]) -> list[Remains]:
    """Return what decisions say of these contributions, and of all others of which some is gone."""
    told = Q(contribution_ref__in=contribution_refs) | ~Q(remaining_minor=None) | Q(is_blocked=True)
    rows = Allocation.objects.filter(told).order_by("contribution_ref", "programme_id")
    marked = Q(state__in=["committed", "released"], decided_minor__gt=0)
    named = ("contribution_ref", "programme_id", "programme__currency", "remaining_minor")
    blocked = Case(When(marked, then="is_blocked"))
    return [Remains(*row) for row in rows.values_list(*named, blocked)]


def _wrong_decisions() -> Iterator[Difference]:
    terms = {each.pk: each for each in ProgrammeVersion.objects.order_by("number")}
    newest = {each.programme_id: each for each in terms.values()}
    currencies = {key: each.rule.currency for key, each in terms.items()}
    for rows, money in _batches():
        for row in rows:
            rule, last = terms[row.version_id].rule, newest[row.programme_id].rule
            found = _Decision(row, rule, last, money[row.contribution_ref]).differences()
            for what, expected, kept in found:
                key = f"{what} of {row.contribution_ref} by {row.programme_id}"
                yield Difference("total", key, currencies[row.version_id], expected, kept)


def _batches() -> Iterator[tuple[list[Allocation], Mapping[str, Counted]]]:
    """Yield all decisions with their money, some thousand at a time."""
    ordered = Allocation.objects.order_by("pk")
    rows = list(ordered[:BATCH])
    while rows:
        refs = [row.contribution_ref for row in rows]
        counted = CountedMoney.objects.filter(contribution_ref__in=refs)
        money = {each.contribution_ref: each.counted for each in counted}
        yield [row for row in rows if row.contribution_ref in money], money
        rows = list(ordered.filter(pk__gt=rows[-1].pk)[:BATCH])


class _Decision:
    """One decision beside its rule, the newest rule of its programme, and its money."""

    def __init__(self, row: Allocation, rule: Rule, newest: Rule, money: Counted) -> None:
        self.row, self.rule, self.newest, self.money = row, rule, newest, money
        self.parts, self.decided_parts = parts_of(row.parts), parts_of(row.decided_parts)
        self.moves, self.decided = dict(from_rows(row.moves)), dict(from_rows(row.decided_moves))
        self.names = {step["step"] for step in row.steps}
        whole = money.amount_minor
        self.remaining = whole if row.remaining_minor is None else row.remaining_minor

    def differences(self) -> Iterator[tuple[str, str, str]]:
        """Yield what is wrong: its name, what it should be, and what is kept."""
        row = self.row
        yield from _unequal("parts", row.amount_minor, total_of(self.parts))
        yield from _unequal("decided parts", row.decided_minor, total_of(self.decided_parts))
        yield from self._wrong_remainder()
        yield from self._wrong_unmet()
        yield from self._wrong_decided_moves()
        yield from self._wrong_moves()

    def _wrong_remainder(self) -> Iterator[tuple[str, str, str]]:
        """What is left is within the money, and where all of it is, so is all of the match."""
        row, whole = self.row, self.money.amount_minor
        if not 0 <= self.remaining <= whole:
            yield "remaining", f"0 to {whole}", str(self.remaining)
        is_less = row.amount_minor < row.decided_minor and row.state not in HANDED_OVER
        if row.remaining_minor is None and is_less and "lost" not in self.names:
            yield "remaining", f"less than {whole}", "all"
        if (most := self._most()) is not None and row.amount_minor > most:
            yield "amount", f"at most {most}", str(row.amount_minor)

    def _most(self) -> int | None:
        """Return what may stand of the match; None where other money has a say in it."""
        if (
            self.row.state in HANDED_OVER
            or self.row.lump_minor
            or self.rule.stacking.total_public_share is not None
            or not 0 <= self.remaining < self.money.amount_minor
        ):
            return None
        made = self._made()
        return unwinding.remaining(
            self.rule, self.money, made, remaining_minor=self.remaining
        ).minor

    def _wrong_unmet(self) -> Iterator[tuple[str, str, str]]:
        """What only a pot did not allow is no more than what the formula gives."""
        row, unmet = self.row, parts_of(self.row.unmet)
        most = 0 if row.decided_minor == row.ideal_minor else row.ideal_minor
        layers = {layer.id for layer in self.rule.layers}
        if total_of(unmet) > most or any(
            minor <= 0 or layer not in layers for layer, minor in unmet
        ):
            yield "unmet", f"at most {most}", _listed(unmet)

    def _wrong_decided_moves(self) -> Iterator[tuple[str, str, str]]:
        is_exact = SECOND_LOOKS.isdisjoint(self.names)
        for key, minor in self._expected().items():
            kept = self.decided.get(key, 0)
            if (kept != minor) if is_exact else not 0 <= kept <= minor:
                yield f"decided {_named(key)}", str(minor), str(kept)
        if is_exact and self.newest is not self.rule:
            for key, minor in extending.missing(self.newest, self.rule, self.money, self._made()):
                if key.measure in _CHECKED:
                    yield f"decided {_named(key)}", str(minor), "0"

    def _expected(self) -> dict[Key, int]:
        """Return what the decision moved of match and of money, each counter of its own rule."""
        paid, match = dict(self.decided_parts), total_of(self.decided_parts)
        found = {}
        if "lost" not in self.names:
            kept = caps.kept(self.rule, self.money)
            for key in caps.matched_keys(self.rule, self.money, kept):
                found[key] = paid.get(key.layer, 0) if key.layer else match
        if self._is_counted() and (self.rule.threshold or self.rule.caps):
            counted = counting.converted(self.rule, self.money) or 0
            found |= dict.fromkeys(bases.counted_keys(self.rule, self.money), counted)
        return found

    def _is_counted(self) -> bool:
        if counting.refusal(self.rule, self.money) is not None:
            return False
        refused = [step["reason"] for step in self.row.steps if step["step"] == "refused"]
        return all(reason in NOT_COUNTED for reason in refused)

    def _wrong_moves(self) -> Iterator[tuple[str, str, str]]:
        """What stands moves what was decided, less what went back with its money."""
        stands = self._standing()
        for key in sorted(self.moves.keys() | self.decided.keys()):
            if key.measure not in _CHECKED and stands is not self.decided:
                continue
            kept, most = self.moves.get(key, 0), stands.get(key, 0)
            is_loose = self.row.state in HANDED_OVER and key.measure == Measure.COUNTED
            if kept != most and not (is_loose and most <= kept <= self.decided.get(key, 0)):
                yield _named(key), str(most), str(kept)

    def _standing(self) -> dict[Key, int]:
        row, made = self.row, self._made(self.parts)
        is_whole = self.remaining >= self.money.amount_minor
        if is_whole and self.parts == self.decided_parts:
            return self.decided
        smaller = max(0, min(self.remaining, self.money.amount_minor))
        if not self.parts and not is_whole:
            gone = unwinding.remaining(self.rule, self.money, made, remaining_minor=smaller)
            return dict(gone.moves)
        kept = unwinding.kept_by_project(self.rule, self.money, made, remaining_minor=smaller)
        return dict(kept.moves) if row.steps else self.decided

    def _made(self, parts: Parts | None = None) -> Given:
        return Given(
            self.decided_parts if parts is None else parts,
            tuple(self.decided.items()),
            self.row.reason or None,
            tuple(self.row.steps),
            self.row.lump_minor,
        )


def _unequal(what: str, expected: int, found: int) -> Iterator[tuple[str, str, str]]:
    if expected != found:
        yield what, str(expected), str(found)


def _named(key: Key) -> str:
    return ":".join(filter(None, key))


def _listed(parts: Iterable[tuple[str, int]]) -> str:
    return " + ".join(f"{layer}:{minor}".lstrip(":") for layer, minor in parts)


def _wrong_states() -> Iterator[Difference]:
    """Yield match whose state is not that of its entry: pending if committed, or posted."""
    for model, name in ((Allocation, "contribution_ref"), (Award, "campaign_key")):
        entry = Entry.objects.filter(idempotency_key=OuterRef("ledger_key"))
        posted = Entry.objects.filter(finishes__idempotency_key=OuterRef("ledger_key"))
        rows = model.objects.given().order_by(name, "programme_id")
        found = rows.annotate(
            is_there=Exists(entry.filter(state=Entry.State.PENDING)),
            finish=Subquery(posted.values("state")[:1], output_field=CharField()),
        ).values_list(name, "programme_id", "programme__currency", "state", "is_there", "finish")
        for whose, programme, currency, state, is_there, finish in found.iterator():
            booked = (finish or "pending") if is_there else "nothing"
            right = "pending" if state == "committed" else "posted"
            if booked != right:
                key = f"state of {whose} by {programme}"
                yield Difference("entry", key, currency, f"{right}, as {state}", booked)
