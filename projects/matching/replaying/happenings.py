"""Reading the events of a scenario: who and what they name must be there, and add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from projects.matching.replaying.scenarios import (
    Award,
    Contribution,
    Milestone,
    Order,
    Refund,
    ScenarioNotUnderstood,
    TopUp,
    Transfer,
)
from projects.matching.replaying.words import (
    currency,
    fact,
    inside,
    instant,
    listed,
    minor,
    rate,
    text,
    whole,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from projects.matching.replaying.scenarios import Attributes, Event

CONTRIBUTION = ("type", "id", "t", "donor", "project", "amount")
COMMENTS = ("note", "hand", "title")
ORDERS = {
    "close": ("programme",),
    "release": ("programme",),
    "freeze": ("programme", "project"),
    "unfreeze": ("programme", "project"),
    "earn": ("project",),
}


@dataclass(slots=True)
class People:
    """Everybody and everything that events may name, and what was given and refunded so far."""

    programmes: Mapping[str, tuple[str, ...]]  # With the layers of each.
    currency: str  # Of money that does not say its own.
    donors: dict[str, Attributes]
    projects: dict[str, Attributes]
    left: Counter[str] = field(default_factory=Counter)  # Of each contribution.


def events(value: object, place: str, people: People) -> tuple[Event, ...]:
    return tuple(
        _event(item, f"{place}[{n}]", people) for n, item in enumerate(listed(value, place))
    )


def _event(value: object, place: str, people: People) -> Event:
    fields = whole(value, place, required=("type", "t"))
    kinds: dict[str, Callable[[dict[str, object], str, People], Event]] = {
        "contribution": _contribution,
        "refund": _refund,
        "topup": _top_up,
        "transfer": _transfer,
        "milestone": _milestone,
        "award": _award,
    }
    kind = word(fields["type"], inside(place, "type"), (*kinds, *ORDERS))
    return kinds[kind](fields, place, people) if kind in kinds else _order(fields, place, people)


def _contribution(fields: dict[str, object], place: str, people: People) -> Contribution:
    whole(fields, place, required=CONTRIBUTION)
    name = text(fields["id"], inside(place, "id"))
    if name in people.left:
        raise ScenarioNotUnderstood(inside(place, "id"), f"{name} is there already")
    donor, project = fields["donor"], text(fields["project"], inside(place, "project"))
    if donor is not None:
        _known(text(donor, inside(place, "donor")), people.donors, inside(place, "donor"))
    _known(project, people.projects, inside(place, "project"))
    people.left[name] = minor(fields["amount"], inside(place, "amount"))
    started = fields.get("initiated_at")
    said = (*CONTRIBUTION, "currency", "initiated_at", *COMMENTS)
    return Contribution(
        place=place,
        at=instant(fields["t"], inside(place, "t")),
        id=name,
        donor=None if donor is None else str(donor),
        project=project,
        minor=people.left[name],
        currency=currency(fields.get("currency", people.currency), inside(place, "currency")),
        initiated_at=None if started is None else instant(started, inside(place, "initiated_at")),
        facts={
            key: fact(item, inside(place, key)) for key, item in fields.items() if key not in said
        },
    )


def _refund(fields: dict[str, object], place: str, people: People) -> Refund:
    _only(fields, place, "contribution", "amount", may=("id", "reason"))
    name = text(fields["contribution"], inside(place, "contribution"))
    _known(name, people.left, inside(place, "contribution"))
    amount = minor(fields["amount"], inside(place, "amount"))
    if amount > people.left[name]:
        problem = f"only {people.left[name]} of {name} remain"
        raise ScenarioNotUnderstood(inside(place, "amount"), problem)
    people.left[name] -= amount
    at = instant(fields["t"], inside(place, "t"))
    return Refund(place=place, at=at, contribution=name, minor=amount)


def _top_up(fields: dict[str, object], place: str, people: People) -> TopUp:
    _only(fields, place, "programme", "amount", may=("layer",))
    programme, layer = _pot(fields, place, people)
    return TopUp(
        place=place,
        at=instant(fields["t"], inside(place, "t")),
        programme=programme,
        layer=layer,
        minor=minor(fields["amount"], inside(place, "amount")),
    )


def _pot(fields: dict[str, object], place: str, people: People) -> tuple[str, str]:
    """Return programme and layer of a pot, written apart or as programme/layer."""
    where = inside(place, "programme")
    name = text(fields["programme"], where)
    programme, _, layer = (name, "", "") if name in people.programmes else name.partition("/")
    _known(programme, people.programmes, where)
    if "layer" in fields:
        layer, where = text(fields["layer"], inside(place, "layer")), inside(place, "layer")
    _known(layer, people.programmes[programme], where)
    return programme, layer


def _transfer(fields: dict[str, object], place: str, people: People) -> Transfer:
    _only(fields, place, "programme", "from", "to", "amount")
    programme = _programme(fields, place, people)
    layers = people.programmes[programme]
    source, target = (text(fields[key], inside(place, key)) for key in ("from", "to"))
    _known(source, layers, inside(place, "from"))
    _known(target, layers, inside(place, "to"))
    return Transfer(
        place=place,
        at=instant(fields["t"], inside(place, "t")),
        programme=programme,
        source=source,
        target=target,
        minor=minor(fields["amount"], inside(place, "amount")),
    )


def _milestone(fields: dict[str, object], place: str, people: People) -> Milestone:
    _only(fields, place, "programme", "project", "cumulative")
    return Milestone(
        place=place,
        at=instant(fields["t"], inside(place, "t")),
        programme=_programme(fields, place, people),
        project=_project(fields, place, people),
        cumulative=rate(fields["cumulative"], inside(place, "cumulative")),
    )


def _award(fields: dict[str, object], place: str, people: People) -> Award:
    _only(fields, place, "programme", "project", "amount")
    return Award(
        place=place,
        at=instant(fields["t"], inside(place, "t")),
        programme=_programme(fields, place, people),
        project=_project(fields, place, people),
        minor=minor(fields["amount"], inside(place, "amount")),
    )


def _order(fields: dict[str, object], place: str, people: People) -> Order:
    verb = str(fields["type"])
    _only(fields, place, may=ORDERS[verb])
    named = [key for key in ORDERS[verb] if key in fields]
    if len(named) != 1:
        raise ScenarioNotUnderstood(place, f"must name one {' or '.join(ORDERS[verb])}")
    return Order(
        place=place,
        at=instant(fields["t"], inside(place, "t")),
        verb=verb,
        programme=_programme(fields, place, people) if "programme" in named else None,
        project=_project(fields, place, people) if "project" in named else None,
    )


def _only(fields: dict[str, object], place: str, *required: str, may: tuple[str, ...] = ()) -> None:
    whole(fields, place, required=("type", "t", *required), known=(*may, *COMMENTS))


def _programme(fields: dict[str, object], place: str, people: People) -> str:
    name = text(fields["programme"], inside(place, "programme"))
    _known(name, people.programmes, inside(place, "programme"))
    return name


def _project(fields: dict[str, object], place: str, people: People) -> str:
    name = text(fields["project"], inside(place, "project"))
    _known(name, people.projects, inside(place, "project"))
    return name


def _known(name: str, among: object, place: str) -> None:
    if not (isinstance(among, (dict, tuple)) and name in among):
        raise ScenarioNotUnderstood(place, f"{name or 'a layer'} is not in this scenario")
