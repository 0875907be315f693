"""Running a scenario through the services that pay, and taking all of it back.

Events are taken in the file's order, which is the order in which the product heard of them. Money
that arrives without anything between it is decided in the order of settlement, as a batch would.
After each step every programme has its turn, and the clock never goes back.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction

from projects.matching.replaying.report import snapshot
from projects.matching.replaying.scenarios import Contribution
from projects.matching.replaying.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.matching.replaying.scenarios import Document, Scenario


def replay(scenario: Scenario) -> Document:
    """Return the report of a scenario; afterwards the database is as it was.

    Raises:
        ScenarioNotUnderstood: a programme is no rule; names the place.
        ReplayRefused: a service would not do what an event says.
    """
    with _taken_back():
        stage = Stage.of(scenario)
        checkpoints = list(_run(stage, scenario))
        report: Document = {"id": scenario.id, **snapshot(stage)}
    if checkpoints:
        report["checkpoints"] = [checkpoints[n] for n in _places(scenario)]
    if scenario.ignored:
        report["ignored"] = list(scenario.ignored)
    return report


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _run(stage: Stage, scenario: Scenario) -> Iterator[Document]:
    """Let everything happen; yield what stands after each event that has a checkpoint."""
    wanted = {after for after, _ in scenario.checkpoints}
    arrived: list[Contribution] = []
    for n, event in enumerate(scenario.events):
        if isinstance(event, Contribution):
            arrived.append(event)
        else:
            _settle(stage, arrived)
            stage.happen(event)
        if n in wanted:
            _settle(stage, arrived)
            yield {"after_event": n, **snapshot(stage)}
    _settle(stage, arrived)


def _settle(stage: Stage, arrived: list[Contribution]) -> None:
    for money in sorted(arrived, key=lambda each: (each.at, each.id)):
        stage.happen(money)
    arrived.clear()


def _places(scenario: Scenario) -> list[int]:
    """Return for each checkpoint of the file the place of its event among all that have one."""
    events = sorted({after for after, _ in scenario.checkpoints})
    return [events.index(after) for after, _ in scenario.checkpoints]
