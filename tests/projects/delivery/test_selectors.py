from __future__ import annotations

from datetime import date

import pytest

from payments.money import Money
from projects.delivery import selectors
from tests.make import catalogue, delivery

pytestmark = pytest.mark.django_db


def test_stages_come_in_order_and_say_which_is_late() -> None:
    project = catalogue.project()
    delivery.milestone(project, n=3, due_on=date(2030, 9, 1))
    delivery.milestone(project, n=1, due_on=date(2030, 1, 1), accepted_on=date(2030, 1, 20))
    delivery.milestone(project, n=2, due_on=date(2030, 5, 1))

    found = selectors.stages(project.pk, language="en", today=date(2030, 5, 2))

    assert [(stage.n, stage.is_accepted, stage.is_late) for stage in found] == [
        (1, True, False),
        (2, False, True),
        (3, False, False),
    ]
    assert found[0].title == "Stage 1"
    assert found[0].planned == Money(500_00, "EUR")


def test_titles_come_in_the_language_asked_for_where_known() -> None:
    project = catalogue.project()
    delivery.milestone(project)

    arabic, french = (
        selectors.stages(project.pk, language=language, today=date(2030, 1, 1))[0].title
        for language in ("ar", "fr")
    )

    assert (arabic, french) == ("مرحلة 1", "Stage 1")
