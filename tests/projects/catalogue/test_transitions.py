from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from projects.catalogue.models import Project, TransitionLog
from projects.catalogue.refusals import WrongState
from projects.catalogue.services import submit_project, withdraw_project
from tests.make import catalogue as make

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

pytestmark = pytest.mark.django_db
State = Project.State


def submit(project: Project) -> Project:
    return submit_project(project_id=project.pk, actor_id=_officer(project), now=make.NOON)


def withdraw(project: Project) -> Project:
    return withdraw_project(
        project_id=project.pk,
        actor_id=_officer(project),
        reason_text="Changed our mind",
        now=make.NOON,
    )


GRID: dict[Callable[[Project], Project], tuple[set[Project.State], Project.State]] = {
    submit: ({State.DRAFT}, State.SUBMITTED),
    withdraw: (
        set(State)
        - {State.LISTED, State.SUSPENDED, State.COMPLETED, State.ARCHIVED, State.WITHDRAWN},
        State.WITHDRAWN,
    ),
}


@pytest.mark.parametrize("step", GRID)
@pytest.mark.parametrize("state", State)
def test_every_step_from_every_state(step: Callable[[Project], Project], state: State) -> None:
    allowed, target = GRID[step]
    project = make.project(state=state)

    if state in allowed:
        step(project)
        after, steps = target, 2
    else:
        with pytest.raises(WrongState):
            step(project)
        after, steps = state, 1

    project.refresh_from_db()
    assert project.state == after
    assert project.transitions.count() == steps


@pytest.mark.promise("A9")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_transition_log SET reason_text = 'other'",
        "DELETE FROM catalogue_transition_log",
        "TRUNCATE catalogue_transition_log",
    ],
)
def test_the_database_keeps_every_step(statement: str) -> None:
    make.project()

    refused = pytest.raises(DatabaseError, match=r"append-only|denied")
    with connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(statement)

    assert TransitionLog.objects.filter(reason_text="").count() == 1


@pytest.mark.parametrize("end", Project.TERMINAL_STATES)
def test_the_database_keeps_an_ended_project_ended(end: State) -> None:
    project = make.project(state=end)

    with pytest.raises(IntegrityError, match="for good"), transaction.atomic():
        Project.objects.update(state=State.DRAFT)

    project.refresh_from_db()
    assert project.state == end


def _officer(project: Project) -> UUID:
    return make.member(project.agency).pk
