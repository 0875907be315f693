from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from marketplace import wiring
from payments import events
from tests.make import payments as make_payments

CONNECTIONS = [(event, name) for event, names in events.listeners().items() for name in names]


@pytest.mark.parametrize(("event", "name"), CONNECTIONS)
def test_every_listener_is_a_task_that_takes_the_fields_of_its_event(
    event: type, name: str
) -> None:
    assert make_payments.task(name).acks_late
    taken = inspect.signature(events.part_of(name)).parameters

    assert list(taken) == [*(field.name for field in fields(event)), "now"]
    assert {parameter.kind for parameter in taken.values()} == {inspect.Parameter.KEYWORD_ONLY}


def test_what_is_paid_has_somebody_who_listens() -> None:
    wiring.connect()

    assert events.listeners()[events.PaymentSettled] == ("funding.confirm_contribution",)
    assert events.PaymentFailed in events.listeners()
