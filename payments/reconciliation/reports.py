"""What a run found, for machines and for people."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from payments.money import Money
from payments.reconciliation.kinds import EXPLANATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.reconciliation.comparing import Difference
    from payments.reconciliation.services import Outcome

NOTHING = "nothing"


def document(outcome: Outcome) -> dict[str, Any]:
    """Return the JSON document; `reference` is ours where there is one, else the provider's."""
    since = outcome.run.since.astimezone(UTC)
    return {
        "since": since.isoformat().replace("+00:00", "Z"),
        "checked": outcome.run.checked,
        "differences": [
            {
                "kind": str(one.kind),
                "reference": one.reference or one.provider_key,
                "ours": one.ours.document() if one.ours else None,
                "theirs": one.theirs.document() if one.theirs else None,
            }
            for one in outcome.differences
        ],
    }


def lines(outcome: Outcome) -> Iterator[str]:
    """Yield the same for people, with what each difference means and what to do about it."""
    run = outcome.run
    yield f"{run.checked} checked since {run.since:%Y-%m-%d}, {run.found} differ"
    if run.made_up:
        yield f"{run.made_up} seeded payments have no counterpart at the provider"
    if run.accepted:
        yield f"{run.accepted} differ and were closed by a person"
    for currency, sides in run.balances.items():
        ours, theirs = Money(sides["ours"], currency), Money(sides["theirs"], currency)
        yield f"{currency}: books {ours.decimal}, provider {theirs.decimal}"
    for one in outcome.differences:
        yield from _about(one)


def _about(one: Difference) -> Iterator[str]:
    reference = f" of {one.reference}" if one.reference else ""
    explanation = EXPLANATIONS[one.kind]
    yield ""
    yield f"{one.kind} {one.provider_key}{reference}: {_sides(one)}"
    yield f"  {explanation.sentence}"
    yield f"  {explanation.action}"


def _sides(one: Difference) -> str:
    ours, theirs = (
        NOTHING if side is None else f"{side.decimal} {side.currency}"
        for side in (one.ours, one.theirs)
    )
    return f"books {ours}, provider {theirs}"
