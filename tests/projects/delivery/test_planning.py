from __future__ import annotations

from datetime import date

import pytest

from payments.money import Money
from projects.delivery.models import Milestone
from projects.delivery.services import PlannedStage, StagesDoNotFit, plan_stages
from tests.make import catalogue

pytestmark = pytest.mark.django_db


def stage(minor: int) -> PlannedStage:
    return PlannedStage(
        title=f"For {minor}",
        translations={"ar": "مرحلة"},
        proof="A photograph",
        due_on=date(2030, 6, 1),
        planned=Money(minor, "EUR"),
    )


def test_stages_are_written_in_their_order() -> None:
    project = catalogue.project(asked_minor=1_000_00)

    plan_stages(project_id=project.pk, stages=[stage(700_00), stage(300_00)])

    assert list(project.milestones.values_list("n", "planned_minor", "state")) == [
        (1, 700_00, "planned"),
        (2, 300_00, "planned"),
    ]


@pytest.mark.parametrize("parts", [[], [999_99], [700_00, 300_01]])
def test_stages_that_do_not_add_up_are_refused(parts: list[int]) -> None:
    project = catalogue.project(asked_minor=1_000_00)

    with pytest.raises(StagesDoNotFit, match="add up"):
        plan_stages(project_id=project.pk, stages=[stage(part) for part in parts])

    assert not Milestone.objects.exists()


def test_a_plan_is_not_made_twice() -> None:
    project = catalogue.project(asked_minor=1_000_00)
    plan_stages(project_id=project.pk, stages=[stage(1_000_00)])

    with pytest.raises(StagesDoNotFit):
        plan_stages(project_id=project.pk, stages=[stage(1_000_00)])

    assert Milestone.objects.count() == 1
