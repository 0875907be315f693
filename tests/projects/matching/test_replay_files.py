"""Files that a replay refuses, each with the place that is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError

from projects.matching.models import Programme
from projects.matching.replaying import ScenarioNotUnderstood, read_file
from tests.projects.matching.decisions import all_rows
from tests.projects.matching.stories import Story, contribution, run, story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"events": [contribution(amount=0)]}, "events[0].amount: must be a whole number from 1"),
        ({"events": [contribution(amount=True)]}, "events[0].amount: must be a whole number"),
        ({"events": [contribution(amount=1.5)]}, "events[0].amount: must be a whole number"),
        ({"events": [contribution(t="2026-02-31T10:00:00Z")]}, "events[0].t: must be a time that"),
        ({"events": [contribution(t="2026-03-02 10:00")]}, "events[0].t: must be a time with its"),
        ({"events": [contribution(t="0001-01-01T00:00:00Z")]}, "events[0].t: must be from 1970"),
        ({"events": [contribution(currency="XXY")]}, "events[0].currency: must be a code of ISO"),
        ({"events": [contribution(donor="d9")]}, "events[0].donor: d9 is not in this scenario"),
        ({"events": [contribution(project="p9")]}, "events[0].project: p9 is not in this"),
        ({"events": [contribution(), contribution()]}, "events[1].id: c1 is there already"),
        ({"events": [{"type": "gift", "t": "x"}]}, "events[0].type: must be one of contribution"),
        ({"events": [{"type": "close", "t": "2026-04-01T00:00:00Z"}]}, "events[0]: must name one"),
        (
            {"events": [{"type": "release", "t": "2026-04-01T00:00:00Z", "programme": "Z"}]},
            "events[0].programme: Z is not in this scenario",
        ),
        (
            {
                "events": [
                    contribution(),
                    {
                        "type": "refund",
                        "t": "2026-03-03T00:00:00Z",
                        "contribution": "c1",
                        "amount": 101,
                    },
                ]
            },
            "events[1].amount: only 100 of c1 remain",
        ),
        (
            {
                "events": [
                    {
                        "type": "topup",
                        "t": "2026-03-03T00:00:00Z",
                        "programme": "A/x",
                        "amount": 1,
                    }
                ]
            },
            "events[0].programme: x is not in this scenario",
        ),
        ({"donors": []}, "donors: must be an object"),
        ({"donors": {"d1": {"age": 1.5}}}, "donors.d1.age: must be a text, a whole number"),
        ({"programmes": []}, "programmes: must be a list with something in it"),
        ({"programmes": [{"id": "A"}]}, "programmes[0].currency: is missing"),
        ({"expect": {"matches": {"c1": {"A": -1}}}}, "expect.matches.c1.A: must be a whole"),
        ({"expect": {"reasons": {"c1:A": 5}}}, "expect.reasons.c1:A: must be a text"),
        ({"checkpoints": [{"after_event": 0}]}, "checkpoints[0].after_event: must be a whole"),
        ({"stack": {"mood": 1}}, "stack.mood: unknown"),
    ],
)
def test_a_wrong_place_is_named_and_nothing_is_done(
    write: Callable[[object], Path], change: Story, said: str
) -> None:
    before = all_rows()
    file = write(story(**change))

    with pytest.raises(CommandError) as refused:
        run(file)

    assert str(refused.value).startswith(f"{file}: {said}")
    assert "\n" not in str(refused.value)
    assert refused.value.returncode == 2
    assert all_rows() == before


def test_a_rule_that_is_none_is_named_by_programme_and_field(
    write: Callable[[object], Path],
) -> None:
    programme = story()["programmes"][0] | {"rate": [1, 0]}

    with pytest.raises(CommandError, match=r"programmes\[0\]\.rate\[1\]: must be a whole number"):
        run(write(story(programmes=[programme])))
    assert not Programme.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"id": "a", "id": "b"}', "id: is there twice"),
        ('{"id": NaN}', "NaN: is not a number"),
        ("[]", "must be an object"),
        ("{}", "id: is missing"),
        ('{"scenarios": [], "schema_version": 2}', "schema_version: must be a whole number"),
        ('{"scenarios": {}}', "scenarios: must be a list"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(
    write: Callable[[object], Path], content: str, said: str
) -> None:
    with pytest.raises(ScenarioNotUnderstood) as refused:
        read_file(write(content))

    assert str(refused.value).startswith(said)


def test_a_mark_before_the_text_is_passed_over(write: Callable[[object], Path]) -> None:
    content = "\N{ZERO WIDTH NO-BREAK SPACE}" + json.dumps(story(contribution()))

    assert read_file(write(content)).scenarios[0].id == "own"
