"""The command beside a running site whose provider tells it nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import requests
from django.conf import settings

from tests import databases
from tests.payments.browser import pay
from tests.payments.giver import way_to_pay

if TYPE_CHECKING:
    from tests.stack import Stack

PROJECT = "solar-mango-dryers-makueni"
STATE = """
    SELECT p.state, c.state FROM payments_payment p JOIN funding_contribution c
    ON c.key = p.reference WHERE p.page_key = %s
"""


def control(stack: Stack, action: str, **body: object) -> dict[str, Any]:
    answer = requests.post(
        f"http://127.0.0.1:{stack.sandbox_port}/_sandbox/{action}",
        json=body,
        headers={"Authorization": "Bearer sk_test_sandbox"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def reconcile(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "reconcile", *arguments],
        cwd=settings.BASE_DIR,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def differences(done: subprocess.CompletedProcess[str]) -> list[str]:
    return sorted(one["reference"] for one in json.loads(done.stdout)["differences"])


@pytest.mark.stack
@pytest.mark.promise("M4")
@pytest.mark.promise("M9")
def test_a_site_that_was_told_nothing_knows_everything_after_one_run(stack: Stack) -> None:
    known = differences(reconcile(stack, "--json"))  # Other tests leave theirs on this site.
    control(stack, "deliveries", held=True)
    try:
        address = way_to_pay(stack.url(""), PROJECT, email="quiet@people.example")
        pay(address)
        key = address.rpartition("/")[2]

        fits = reconcile(stack, "--json")
        people = reconcile(stack)
        stranger = control(stack, "plant", fault="unknown_charge")["object"]
        differs = reconcile(stack, "--json")
    finally:
        control(stack, "deliveries", held=False)

    assert (fits.returncode, differences(fits)) == (1 if known else 0, known)
    assert "seeded payments have no counterpart at the provider" in people.stdout
    assert differs.returncode == 1
    assert differences(differs) == sorted([*known, stranger])
    waits = "1 difference waits" if not known else f"{len(known) + 1} differences wait"
    assert differs.stderr.strip().endswith(f"{waits} for a person.")
    database = databases.address(settings.DATABASE_ADMIN_URL, stack.database)
    with psycopg.connect(database, autocommit=True) as books:
        stack.wait_for(
            lambda: books.execute(STATE, [key]).fetchone() == ("settled", "settled"), seconds=60
        )
    checks = requests.get(stack.url("/readyz"), timeout=10).json()["checks"]
    assert checks["reconciliation"] == "ok"
