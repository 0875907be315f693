"""Whatever happens to money, in whatever order, the books say what a page of arithmetic says."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.payments.machine import product
from tests.payments.machine.machine import Machine

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.promise("M1"),
    pytest.mark.promise("M7"),
    pytest.mark.promise("M8"),
    pytest.mark.promise("M10"),
]
STEPS = 40
BEGUN = [(100_00, 20_00, 60_00), (5_00, 119_99, 33_33), (60_00, 60_00, 120_00), (7_77, 8_88, 9_99)]
"""Three gifts that every example begins with; the pot has 200.00, each asks one and a half."""


@pytest.mark.parametrize("examples", [50, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("minors", BEGUN)
def test_after_every_step_the_books_are_those_of_the_model(
    minors: tuple[int, int, int], examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "ground", product.ground(*minors), raising=False)

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=examples, stateful_step_count=STEPS, deadline=None)
    )
