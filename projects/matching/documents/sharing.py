"""How match is shared out: among funders, projects and programmes, and in which tranches."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from projects.matching.documents.conditions import FACT, fact
from projects.matching.documents.limits import caps
from projects.matching.documents.money import AMOUNT_KEYS, amount, pot
from projects.matching.documents.reading import (
    Contradiction,
    RuleNotUnderstood,
    code,
    day,
    each,
    either,
    flag,
    integer,
    items,
    minor,
    rate,
    share,
    text,
    whole,
    word,
)
from projects.matching.formula import Rate
from projects.matching.rules import (
    Exhaustion,
    Layer,
    Obligation,
    Ranking,
    Share,
    Stack,
    Stacking,
    Tranche,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.rules import Amount, Cap

MOST_LAYERS = 12
MOST_PROJECTS = 500
LARGEST_SCORE = 10**6
RANKING_KEYS = (
    *("by", "score", "order", "scores", "min_score", "tie"),
    *("partial_fill", "partial", "awards"),
)


def layers(value: object, own_currency: str) -> tuple[tuple[Layer, ...], tuple[Cap, ...]]:
    """Return the layers, and the caps written inside them."""
    found: list[Layer] = []
    own_caps: list[Cap] = []
    for n, item in enumerate(items(value, "layers", 1, MOST_LAYERS)):
        where = f"layers[{n}]"
        fields = whole(item, where, required=("id",), optional=("rate", "pot", "shares", "caps"))
        layer = _layer(fields, where)
        if layer.id in {before.id for before in found}:
            raise Contradiction(field=f"{where}.id", allowed="must be another id than before")
        found.append(layer)
        own_caps += caps(fields.get("caps", []), f"{where}.caps", own_currency, layer.id)
    return tuple(found), tuple(own_caps)


def _layer(fields: Mapping[str, object], where: str) -> Layer:
    return Layer(
        id=code(fields["id"], f"{where}.id"),
        rate=rate(fields["rate"], f"{where}.rate") if "rate" in fields else None,
        pot_minor=pot(fields.get("pot", 0), f"{where}.pot"),
        rates_by_project=_shares(fields.get("shares", {}), f"{where}.shares"),
    )


def _shares(value: object, where: str) -> dict[str, Rate]:
    if not isinstance(value, dict) or len(value) > MOST_PROJECTS:
        raise RuleNotUnderstood(
            field=where, allowed=f"must be an object of at most {MOST_PROJECTS} projects"
        )
    return {
        text(project, f"{where}.{project}"): rate(pair, f"{where}.{project}", least=0)
        for project, pair in value.items()
    }


def project_cap(value: object, own_currency: str) -> Amount:
    """Return an amount in any of its forms, or the share [n, d] of the pot."""
    if isinstance(value, list):
        return Share("pot", share(value, "project_cap"))
    if isinstance(value, dict):
        fields = whole(value, "project_cap", optional=AMOUNT_KEYS)
        return amount(fields, "project_cap", own_currency)
    return minor(value, "project_cap")


def ranking(fields: Mapping[str, object]) -> Ranking:
    """Return how projects are ordered.

    Written as an object, the fact that orders them, their ids in order, or their scores by id.
    """
    found = whole(_long_ranking(fields.get("ranking", {})), "ranking", optional=RANKING_KEYS)
    plain = Ranking()
    by = either(found, "ranking", "by", "score", "order", "scores")
    min_score = _min_score(fields, found)
    order = _order(found.get("order", []))
    if by == "scores":
        order, min_score = _ordered(found, min_score), None
    return Ranking(
        by=_ranked_by(found[by], f"ranking.{by}") if by in ("by", "score") else plain.by,
        min_score=min_score,
        tie=word(found.get("tie", plain.tie), "ranking.tie", ("project_id", "earliest")),
        partial_fill=_partial_fill(fields, found),
        awards=each(found.get("awards", []), "ranking.awards", minor, most=MOST_PROJECTS),
        order=order,
    )


def _long_ranking(value: object) -> object:
    if isinstance(value, str):
        return {"by": value}
    if isinstance(value, list):
        return {"order": value}
    if isinstance(value, dict) and value and not set(value) & set(RANKING_KEYS):
        return {"scores": value}
    return value


def _ordered(found: Mapping[str, object], min_score: int | None) -> tuple[str, ...]:
    """Return the projects whose score is enough, highest first, then by id."""
    given = found["scores"]
    if not isinstance(given, dict) or not 1 <= len(given) <= MOST_PROJECTS:
        raise RuleNotUnderstood(
            field="ranking.scores", allowed=f"must be an object of 1 to {MOST_PROJECTS} projects"
        )
    if "tie" in found and found["tie"] != "project_id":
        raise Contradiction(field="ranking.tie", allowed="allowed: project_id, beside scores")
    scores = {
        text(project, "ranking.scores"): _score(score, f"ranking.scores.{project}")
        for project, score in given.items()
    }
    order = sorted(scores, key=lambda project: (-scores[project], project))
    enough = tuple(name for name in order if min_score is None or scores[name] >= min_score)
    if not enough:
        raise Contradiction(field="ranking.scores", allowed="no project reaches min_score")
    return enough


def _score(value: object, where: str) -> int:
    return integer(value, where, -LARGEST_SCORE, LARGEST_SCORE)


def _ranked_by(value: object, where: str) -> str:
    name = text(value, where, longest=64)
    return fact(name if FACT.fullmatch(name) else f"project.{name}", where)


def _order(value: object) -> tuple[str, ...]:
    order = each(value, "ranking.order", text, most=MOST_PROJECTS)
    if len(set(order)) < len(order):
        raise Contradiction(field="ranking.order", allowed="must name each project once")
    return order


def _min_score(fields: Mapping[str, object], found: Mapping[str, object]) -> int | None:
    if "min_score" in fields and "min_score" in found:
        raise Contradiction(field="min_score", allowed="is said by ranking.min_score already")
    for place, part in (("min_score", fields), ("ranking.min_score", found)):
        if "min_score" in part:
            return _score(part["min_score"], place)
    return None


def _partial_fill(fields: Mapping[str, object], found: Mapping[str, object]) -> bool:
    key = either(found, "ranking", "partial_fill", "partial")
    if key and "partial_fill" in fields:
        raise Contradiction(field="partial_fill", allowed=f"is said by ranking.{key} already")
    if key:
        return flag(found[key], f"ranking.{key}")
    return flag(fields.get("partial_fill", Ranking().partial_fill), "partial_fill")


def exhaustion(fields: Mapping[str, object]) -> Exhaustion:
    """Return what happens when the pot is empty; `waitlist: true` is short for waitlist."""
    waits = flag(fields.get("waitlist", False), "waitlist")
    said = word(fields.get("on_exhaustion", Exhaustion.PARTIAL), "on_exhaustion", Exhaustion)
    if waits and "on_exhaustion" in fields and said != Exhaustion.WAITLIST:
        raise Contradiction(field="waitlist", allowed=f"contradicts on_exhaustion: {said}")
    return Exhaustion.WAITLIST if waits else Exhaustion(said)


def stacking(value: object) -> Stacking:
    found = whole(
        value,
        "stacking",
        optional=(
            "mode",
            "total_public_share",
            "total_public_cap",
            "exclusive_with",
            "lifetime_awards",
        ),
    )
    public = either(found, "stacking", "total_public_share", "total_public_cap")
    awards = found.get("lifetime_awards")
    return Stacking(
        mode=Stack(word(found.get("mode", Stack.PARALLEL), "stacking.mode", Stack)),
        total_public_share=share(found[public], f"stacking.{public}") if public else None,
        exclusive_with=each(found.get("exclusive_with", []), "stacking.exclusive_with", code),
        lifetime_awards=(
            integer(awards, "stacking.lifetime_awards", 1, 1000)
            if "lifetime_awards" in found
            else None
        ),
    )


def disbursement(value: object) -> tuple[Tranche, ...]:
    """Return the tranches of a list, or one for all once the thing named is done."""
    if isinstance(value, str):
        return (Tranche(code(value, "disbursement"), Rate(1, 1)),)
    tranches = each(value, "disbursement", _tranche, fewest=1)
    for n, (before, after) in enumerate(pairwise(tranches), 1):
        low, high = before.cumulative, after.cumulative
        if low.numerator * high.denominator >= high.numerator * low.denominator:
            raise Contradiction(
                field=f"disbursement[{n}].cumulative", allowed="must be more than the one before"
            )
    return tranches


def _tranche(value: object, where: str) -> Tranche:
    found = whole(value, where, required=("cumulative",), optional=("after",))
    return Tranche(
        code(found.get("after", "milestone"), f"{where}.after"),
        share(found["cumulative"], f"{where}.cumulative"),
    )


def obligation(value: object, where: str) -> Obligation:
    """Return a dated duty: its code alone, or {"code": …, "due_on": day}."""
    if isinstance(value, str):
        return Obligation(code(value, where))
    found = whole(value, where, required=("code",), optional=("due_on",))
    return Obligation(
        code(found["code"], f"{where}.code"),
        day(found["due_on"], f"{where}.due_on") if "due_on" in found else None,
    )
