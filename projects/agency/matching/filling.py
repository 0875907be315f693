"""Writing a filled sentence back into the document it was read from."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from projects.agency.matching import rows
from projects.agency.matching.sentence import ONE_DAY, PEOPLE, Kind, part, people, read

if TYPE_CHECKING:
    from projects.agency.matching.rows import Json
    from projects.agency.matching.sentence import Sentence


def write(base: Json, new: Sentence) -> dict[str, object]:
    """Return the base document with what differs in the sentence written into it."""
    old = read(base)
    out: dict[str, object] = dict(base)
    changed = {
        each.name for each in fields(new) if getattr(old, each.name) != getattr(new, each.name)
    }
    for names, written in _PARTS:
        if changed & names:
            written(out, new)
    return out


def _write_plain(out: dict[str, object], new: Sentence) -> None:
    _put(out, "name", new.name or None)
    out["currency"] = new.currency


def _write_formula(out: dict[str, object], new: Sentence) -> None:
    if new.kind == Kind.KEPT:
        return
    for key in ("rate", "tiers", "formula"):
        out.pop(key, None)
    if new.kind == Kind.LAYERS:
        _write_layers(out, new)
        return
    for key in ("layers", "coupling"):
        out.pop(key, None)
    out |= _formula(new)


def _formula(new: Sentence) -> dict[str, object]:
    if new.kind == Kind.RATE:
        return {"rate": [new.gives, new.per]}
    if new.kind == Kind.LUMP:
        return {"formula": {"type": "lump", "amount": new.lump_minor or 0}}
    if new.kind == Kind.TIERS:
        on = {} if new.tiers_on == "amount" else {"on": new.tiers_on}
        bands = [row.object() for row in new.bands]
        return {"tiers": {"mode": new.tiers_mode} | on | {"bands": bands}}
    return {}


def _write_layers(out: dict[str, object], new: Sentence) -> None:
    out["layers"] = [row.object() for row in new.layers]
    if "coupling" in out or new.coupling != "joint":
        out["coupling"] = new.coupling
    out.pop("pot", None)


def _write_pot(out: dict[str, object], new: Sentence) -> None:
    if new.kind != Kind.LAYERS:
        out["pot"] = new.pot_minor


def _write_people(out: dict[str, object], new: Sentence) -> None:
    place, was = people(out)
    conditions: list[object] = [row.object() for row in new.conditions]
    if new.people_in:
        row: object = {"field": PEOPLE, "op": "in", "value": list(new.people_in)}
        if place is not None and was == new.people_in:
            row = rows.objects(out["eligible"])[place]
        conditions.insert(len(conditions) if place is None else place, row)
    _put(out, "eligible", conditions or None)


def _write_window(out: dict[str, object], new: Sentence) -> None:
    out["window"] = [midnight(new.opens_on, new.zone), midnight(new.last_day + ONE_DAY, new.zone)]
    if "tz" in out or new.zone != "UTC":
        out["tz"] = new.zone


def _write_clock(out: dict[str, object], new: Sentence) -> None:
    if "clock" in out or new.clock != "settled":
        out["clock"] = new.clock
    by = midnight(new.settle_by + ONE_DAY, new.zone) if new.settle_by else None
    _put(out, "settle_by", by)


def _write_counts(out: dict[str, object], new: Sentence) -> None:
    counts = dict(part(out, "counts"))
    for name in ("kinds", "kind", "by", "proof"):
        counts.pop(name, None)
    said = {"kinds": list(new.kinds), "by": list(new.by), "proof": new.proof}
    counts |= {name: value for name, value in said.items() if value}
    _put(out, "counts", counts or None)


def _write_minimum(out: dict[str, object], new: Sentence) -> None:
    _put(out, "min_contribution", new.min_minor)


def _write_caps(out: dict[str, object], new: Sentence) -> None:
    _put(out, "caps", [row.object() for row in new.caps] or None)


def _write_base_caps(out: dict[str, object], new: Sentence) -> None:
    out.pop("base_cap", None)
    _put(out, "base_caps", [row.object() for row in new.base_caps] or None)


def _write_exhaustion(out: dict[str, object], new: Sentence) -> None:
    out.pop("waitlist", None)
    out["on_exhaustion"] = new.on_exhaustion


def _write_allocation(out: dict[str, object], new: Sentence) -> None:
    if "allocation" in out or new.allocation != "instant":
        out["allocation"] = new.allocation
    _put(out, "needs_award", new.needs_award or None)


def _write_refund(out: dict[str, object], new: Sentence) -> None:
    said = {"partial": (new.partial, "recompute"), "freed": (new.freed, "pot")}
    refund = dict(part(out, "refund"))
    for name, (word, default) in said.items():
        if name in refund or word != default:
            refund[name] = word
    out["refund"] = refund


def _write_stacking(out: dict[str, object], new: Sentence) -> None:
    out["stacking"] = dict(part(out, "stacking")) | {"mode": new.stacking}


def _write_priority(out: dict[str, object], new: Sentence) -> None:
    out["priority"] = new.priority


_PARTS = (
    (frozenset({"name", "currency"}), _write_plain),
    (
        frozenset({"kind", "per", "gives", "lump_minor", "tiers_on", "tiers_mode", "bands"})
        | {"layers", "coupling"},
        _write_formula,
    ),
    (frozenset({"pot_minor", "kind"}), _write_pot),
    (frozenset({"people_in", "conditions"}), _write_people),
    (frozenset({"opens_on", "last_day", "zone"}), _write_window),
    (frozenset({"clock", "settle_by", "zone"}), _write_clock),
    (frozenset({"kinds", "by", "proof"}), _write_counts),
    (frozenset({"min_minor"}), _write_minimum),
    (frozenset({"caps"}), _write_caps),
    (frozenset({"base_caps"}), _write_base_caps),
    (frozenset({"allocation", "needs_award"}), _write_allocation),
    (frozenset({"on_exhaustion"}), _write_exhaustion),
    (frozenset({"partial", "freed"}), _write_refund),
    (frozenset({"stacking"}), _write_stacking),
    (frozenset({"priority"}), _write_priority),
)


def midnight(day: date, zone: str) -> str:
    """Return the first instant of a day in a zone, with its offset."""
    return datetime.combine(day, time(), ZoneInfo(zone)).isoformat()


def _put(out: dict[str, object], name: str, value: object) -> None:
    """Write a key, or leave it out where there is nothing to say."""
    out.pop(name, None)
    if value is not None:
        out[name] = value
