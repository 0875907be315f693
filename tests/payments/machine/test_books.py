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


@pytest.mark.parametrize("examples", [25, pytest.param(2_000, marks=pytest.mark.slow)])
def test_after_every_step_the_books_are_those_of_the_model(
    examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "ground", product.ground(), raising=False)

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=examples, stateful_step_count=STEPS, deadline=None)
    )
