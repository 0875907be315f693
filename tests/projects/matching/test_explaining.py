from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Allocation, Programme
from projects.matching.services.rounds import close_programme
from tests.make import matching as make

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
MONTH_END = make.NOON.replace(month=4, day=1, hour=0)


def explained(ref: str, *flags: str) -> dict[str, Any]:
    out = StringIO()
    call_command("matching", "explain", ref, "--json", *flags, stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def reasons(ref: str) -> dict[str, tuple[str, str | None]]:
    return {line.programme_id: (line.state, line.reason) for line in selectors.explanation(ref)}


def count_and_decide(*refs: str, minor: int = 100_00, now: datetime = make.NOON) -> None:
    for ref in refs:
        make.counted(make.gift(minor, ref=ref))
    services.allocate_all_due(now=now)


def test_why_37_50_is_told_step_by_step() -> None:
    make.programme(id="fund", name="The fund", rate=[1, 2])
    make.programme(id="small", name="Small fund", priority=2, min_contribution=500_00)
    count_and_decide("c1", minor=75_00)

    assert explained("c1") == {
        "contribution": "c1",
        "matches": [
            {
                "programme": "fund",
                "minor": 37_50,
                "currency": "EUR",
                "state": "committed",
                "steps": [
                    "Counted: €75.00.",
                    "Rate 1 to 2: €37.50.",
                    "In the pot: €10,000.00.",
                    "Match: €37.50.",
                ],
                "reason": None,
                "why": "€75.00 at 1 to 2 is €37.50.",
            },
            {
                "programme": "small",
                "minor": 0,
                "currency": "EUR",
                "state": "refused",
                "steps": [
                    "Counted: €75.00.",
                    "This programme adds to amounts of €500.00 or more.",
                ],
                "reason": "below_minimum",
                "why": "This programme adds to amounts of €500.00 or more.",
            },
        ],
    }


def test_a_person_reads_lines_in_their_language() -> None:
    make.programme(id="fund", name="The fund", rate=[1, 2])
    count_and_decide("c1", minor=75_00)
    out = StringIO()

    call_command("matching", "explain", "c1", stdout=out)
    arabic = explained("c1", "--language", "ar")

    assert out.getvalue().splitlines()[:2] == [
        "c1",
        "The fund (fund): €75.00 at 1 to 2 is €37.50.",
    ]
    (step, *_) = arabic["matches"][0]["steps"]
    assert "\N{FIRST STRONG ISOLATE}" in step


def test_a_refusal_is_worked_out_from_what_was_stored_then() -> None:
    make.programme(id="fund", eligible=[{"field": "donor.residence", "op": "eq", "value": "FRA"}])
    count_and_decide("c1")
    terms = make.document(id="fund")
    services.publish_programme(
        document=terms,
        agency_id=Programme.objects.get(pk="fund").agency_id,
        now=make.NOON.replace(day=20),
    )

    assert not Allocation.objects.exists()
    assert reasons("c1") == {"fund": ("refused", "not_eligible:donor.residence")}


def test_a_programme_that_was_not_there_says_nothing() -> None:
    count_and_decide("c1")
    make.programme(id="fund")
    make.counted(make.gift(ref="c0"), settled_at=make.PUBLISHED.replace(month=1))

    assert reasons("c0") == {}
    assert selectors.is_counted("c1")


def test_who_is_yet_to_decide_says_so() -> None:
    make.programme(id="fund")
    make.programme(id="next", priority=2)
    make.counted(make.gift(ref="c1"))

    assert reasons("c1") == {"fund": ("waiting", None), "next": ("waiting", None)}
    assert {line.why for line in selectors.explanation("c1")} == {
        "This programme has not decided yet."
    }


def test_an_order_to_stop_is_the_reason_where_the_money_waits() -> None:
    make.programme(id="fund")
    make.programme(id="next", priority=2)
    services.freeze_programme(programme_id="fund", reason="A check", by="Amina", now=make.NOON)
    count_and_decide("c1")

    assert reasons("c1") == {"fund": ("waiting", "programme_frozen"), "next": ("waiting", None)}


def test_a_frozen_project_is_the_reason_too() -> None:
    make.programme(id="fund")
    services.freeze_project(project_id=make.PROJECT, reason="A check", by="Amina", now=make.NOON)
    count_and_decide("c1")

    assert reasons("c1") == {"fund": ("waiting", "project_frozen")}


def test_what_is_decided_by_hand_says_so() -> None:
    make.programme(id="fund", allocation="manual", rate=None)
    count_and_decide("c1")

    assert reasons("c1") == {"fund": ("refused", "no_award")}


def test_a_claim_waits_for_the_close_and_then_says_its_share() -> None:
    make.programme(id="fund", allocation="prorata_close", rate=[1, 1], pot_minor=50_00)
    count_and_decide("c1", "c2")

    assert reasons("c1") == {"fund": ("claimed", "waits_for_close")}

    close_programme(programme_id="fund", now=MONTH_END)

    (line,) = selectors.explanation("c1")
    assert (line.match, line.decided) == (Money(25_00, "EUR"), Money(25_00, "EUR"))
    assert (line.state, line.reason) == ("committed", "pot_exhausted")


def test_a_share_that_was_freed_says_what_stands() -> None:
    make.programme(id="fund", allocation="prorata_close", rate=[1, 1], pot_minor=500_00)
    count_and_decide("c1", "c2")
    close_programme(programme_id="fund", now=MONTH_END)
    services.unwind(
        contribution_ref="c1", remaining=Money(0, "EUR"), cause="refund:1", now=MONTH_END
    )

    (line,) = selectors.explanation("c1")
    assert (line.match, line.decided) == (Money(0, "EUR"), Money(100_00, "EUR"))
    assert line.reason == "given_back"


def test_match_that_went_back_with_its_money_says_so() -> None:
    make.programme(id="fund", rate=[1, 1])
    count_and_decide("c1")
    services.unwind(
        contribution_ref="c1", remaining=Money(0, "EUR"), cause="refund:1", now=make.NOON
    )

    (line,) = selectors.explanation("c1")
    assert (line.state, line.reason) == ("released", "given_back")
    assert line.why == "The money went back, and its match with it."


def test_what_nobody_counted_is_not_explained() -> None:
    with pytest.raises(CommandError, match="No settled money is known as 'c9'") as refused:
        explained("c9")

    assert refused.value.returncode == 2
