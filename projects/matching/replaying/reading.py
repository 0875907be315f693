"""Reading one scenario: nothing that bears on the result is guessed or passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.replaying import happenings
from projects.matching.replaying.scenarios import Programme, Scenario, ScenarioNotUnderstood
from projects.matching.replaying.words import (
    LARGEST_RATE,
    attributes,
    currency,
    inside,
    integer,
    listed,
    minor,
    text,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.replaying.scenarios import Attributes, Document

REQUIRED = ("id", "programmes", "donors", "projects", "events")
OPTIONAL = ("organisations", "stack", "expect", "checkpoints")
COMMENTS = ("title", "covers", "hand", "explain")
RESULTS = (
    "matches",
    "pots",
    "project_matches",
    "lumps",
    "unmet",
    "disbursed",
    "receivable",
    "reasons",
)
"""The parts of a report that a scenario may expect, at its end and at checkpoints."""
STACK = ("mode", "order", "exclusive_with", "lifetime_awards")
PUBLIC = "public"  # A key with this word in it is the largest share of public money.


def scenario(value: object, place: str) -> Scenario:
    """Return the scenario that an object of a file says; what bears on nothing is named in it.

    Raises:
        ScenarioNotUnderstood: names the first place that is wrong.
    """
    fields = whole(value, place, required=REQUIRED)
    stack = _stack(fields.get("stack"), inside(place, "stack"))
    programmes = _programmes(fields["programmes"], inside(place, "programmes"), stack)
    people = happenings.People(
        programmes={each.id: tuple(layer for layer, _ in each.pots) for each in programmes},
        currency=programmes[0].currency,
        donors=_named(fields["donors"], inside(place, "donors")),
        projects=_named(fields["projects"], inside(place, "projects")),
    )
    events = happenings.events(fields["events"], inside(place, "events"), people)
    return Scenario(
        place=place,
        id=text(fields["id"], inside(place, "id")),
        title=str(fields.get("title", "")),
        programmes=programmes,
        donors=people.donors,
        projects=people.projects,
        organisations=_named(fields.get("organisations", {}), inside(place, "organisations")),
        events=events,
        expect=_expected(fields["expect"], inside(place, "expect")) if "expect" in fields else None,
        checkpoints=_checkpoints(
            fields.get("checkpoints", []), inside(place, "checkpoints"), len(events)
        ),
        ignored=_ignored(fields),
    )


def _ignored(fields: Document) -> tuple[str, ...]:
    """Return the keys of a scenario and of what it expects that nobody here knows."""
    known = (*REQUIRED, *OPTIONAL, *COMMENTS)
    expected = fields.get("expect")
    parts = expected if isinstance(expected, dict) else {}
    return (
        *(key for key in fields if key not in known),
        *(f"expect.{key}" for key in parts if key not in RESULTS),
    )


def _named(value: object, place: str) -> dict[str, Attributes]:
    """Return things with attributes by their ids."""
    return {
        text(key, inside(place, key)): attributes(item, inside(place, key))
        for key, item in whole(value, place).items()
    }


def _programmes(value: object, place: str, stack: Mapping[str, object]) -> tuple[Programme, ...]:
    found: dict[str, Programme] = {}
    for n, item in enumerate(listed(value, place, fewest=1)):
        read = _programme(item, f"{place}[{n}]", stack)
        if read.id in found:
            raise ScenarioNotUnderstood(f"{place}[{n}].id", f"{read.id} is there already")
        found[read.id] = read
    return tuple(found.values())


def _programme(value: object, place: str, stack: Mapping[str, object]) -> Programme:
    document: Document = dict(whole(value, place, required=("id", "currency")))
    name = text(document["id"], inside(place, "id"))
    if stack and "stacking" not in document:
        document["stacking"] = {key: item for key, item in stack.items() if key != "order"}
    order = stack.get("order", [])
    if isinstance(order, list) and name in order and "priority" not in document:
        document["priority"] = order.index(name) + 1
    return Programme(
        place=place,
        id=name,
        currency=currency(document["currency"], inside(place, "currency")),
        document=document,
        pots=_pots(document, place),
    )


def _pots(document: Document, place: str) -> tuple[tuple[str, int], ...]:
    """Return what is in each pot at first; a programme with layers has one for each."""
    if "layers" not in document:
        return (("", _pot(document, place)),)
    found = []
    for n, item in enumerate(listed(document["layers"], inside(place, "layers"), fewest=1)):
        where = f"{place}.layers[{n}]"
        layer = whole(item, where, required=("id",))
        found.append((text(layer["id"], inside(where, "id")), _pot(layer, where)))
    return tuple(found)


def _pot(fields: Document, place: str) -> int:
    pot = fields.get("pot", 0)
    if isinstance(pot, dict) and "amount" in pot:
        return minor(pot["amount"], inside(place, "pot.amount"), least=0)
    return minor(pot, inside(place, "pot"), least=0)


def _stack(value: object, place: str) -> dict[str, object]:
    """Return the stacking of every programme that has none of its own, and their order.

    A share of all public money that is written as more than one is match for each unit given:
    two for one are two thirds of the whole.
    """
    if value is None:
        return {}
    if isinstance(value, str):
        return {"mode": value}
    if isinstance(value, list):
        return {"mode": "cascade", "order": [text(item, place) for item in value]}
    fields = whole(value, place)
    found = {key: item for key, item in fields.items() if key in STACK}
    for key, item in fields.items():
        if PUBLIC in key:
            found["total_public_share"] = _share_of_all(item, inside(place, key))
        elif key not in STACK:
            problem = f"unknown; known: {', '.join((*STACK, 'total_public_share'))}"
            raise ScenarioNotUnderstood(inside(place, key), problem)
    return found


def _share_of_all(value: object, place: str) -> list[int]:
    pair = listed(value, place)
    numerator, denominator = (
        integer(part, f"{place}[{n}]", 1, LARGEST_RATE) for n, part in enumerate([*pair, 0, 0][:2])
    )
    if numerator < denominator:
        return [numerator, denominator]
    return [numerator, numerator + denominator]


def _expected(value: object, place: str) -> Document:
    """Return the parts of a report that are expected, each amount and reason read."""
    fields = whole(value, place)
    found: Document = {key: fields[key] for key in RESULTS if key in fields}
    for key, part in found.items():
        for name, item in whole(part, inside(place, key)).items():
            _expected_value(key, item, f"{place}.{key}.{name}")
    return found


def _expected_value(key: str, value: object, place: str) -> None:
    if key == "reasons":
        text(value, place)
    elif key == "matches":
        for name, item in whole(value, place).items():
            minor(item, inside(place, name), least=0)
    else:
        minor(value, place, least=0)


def _checkpoints(value: object, place: str, events: int) -> tuple[tuple[int, Document], ...]:
    found = []
    for n, item in enumerate(listed(value, place)):
        where = f"{place}[{n}]"
        fields = whole(item, where, required=("after_event",))
        after = integer(fields["after_event"], inside(where, "after_event"), 0, events - 1)
        found.append((after, _expected(fields, where)))
    return tuple(found)
