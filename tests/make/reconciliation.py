"""Exceptions in the queue, people who work it, and faults at the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from django.contrib.auth.models import Permission

from payments.money import Money
from payments.reconciliation import services
from payments.reconciliation.models import Reconciliation
from tests.make import accounts
from tests.make.payments import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.accounts.models import User
    from payments.reconciliation.models import QueuedException
    from payments.sandbox.server import Running

HUNDRED = Money(100_00, "EUR")


def exception(  # noqa: PLR0913  A builder names whatever a test may vary.
    *,
    kind: str = "unknown_charge",
    key: str = "ch_1",
    reference: str = "",
    ours: Money | None = None,
    theirs: Money | None = HUNDRED,
    now: datetime = NOON,
) -> QueuedException:
    return services.raise_exception(
        kind=kind, provider_key=key, reference=reference, ours=ours, theirs=theirs, now=now
    )


def run(*, at: datetime = NOON, since: datetime = NOON) -> Reconciliation:
    """Return a run that found nothing."""
    return Reconciliation.objects.create(
        since=min(since, at),
        at=at,
        checked=0,
        found=0,
        accepted=0,
        made_up=0,
        took_ms=1,
        balances={},
    )


def worker(*, email: str = "") -> User:
    """Return a person who may work the queue and nothing else."""
    person = accounts.user(email=email)
    codename = "work_exceptions"
    person.user_permissions.add(
        Permission.objects.get(content_type__app_label="reconciliation", codename=codename)
    )
    return type(person).objects.get(pk=person.pk)


def plant(sandbox: Running, fault: str, **more: str) -> str:
    """Make something wrong at the provider; return the id of what is wrong."""
    answer = control(sandbox, "plant", fault=fault, **more)
    return str(answer["object"])


def control(sandbox: Running, action: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = requests.post(
        f"{sandbox.url}/_sandbox/{action}",
        json=body,
        headers={"Authorization": "Bearer sk_test_of_the_tests"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
