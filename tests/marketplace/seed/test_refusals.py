from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from marketplace.accounts.models import User
from tests.make import accounts
from tests.make import catalogue as make
from tests.make import payments as make_payments

if TYPE_CHECKING:
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db


def refused(*arguments: str, match: str) -> None:
    with pytest.raises(CommandError, match=match) as refusal:
        call_command("seed", *(arguments or ("--scenario", "small", "--seed", "1")))
    assert refusal.value.returncode == 2


def test_real_payments_keep_the_demo_world_out(settings: Settings) -> None:
    settings.STRIPE_LIVEMODE = True

    refused(match="Payments are real here")

    assert not User.objects.exists()


def test_payments_of_people_keep_the_demo_world_out() -> None:
    make_payments.payment()

    refused(match="holds payments of people")

    assert not User.objects.exists()


def test_organisations_of_people_keep_the_demo_world_out() -> None:
    make.agency()

    refused(match="holds organisations already")

    assert not User.objects.exists()


@pytest.mark.parametrize("number", ["-1", "10000000"])
def test_a_seed_is_a_small_number(number: str) -> None:
    refused("--scenario", "small", f"--seed={number}", match="from 0 to")


@pytest.mark.parametrize("scenario", ["full", "other"])
def test_only_what_is_built_is_offered(scenario: str) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("seed", "--scenario", scenario, "--seed", "1")


@pytest.mark.parametrize("command", [("demo_code", "a@b.example"), ("demo_logins",)])
def test_demo_commands_do_not_exist_in_production(
    command: tuple[str, ...], settings: Settings
) -> None:
    settings.WEFT_MODE = "production"

    with pytest.raises(CommandError, match="in demo mode only") as refusal:
        call_command(*command)

    assert refusal.value.returncode == 2


def test_there_is_no_code_for_who_needs_none() -> None:
    person = accounts.user()

    for email in (person.email, "nobody@people.example"):
        with pytest.raises(CommandError, match="does not sign in with a one-time code"):
            call_command("demo_code", email)


RACE = ("--scenario", "race", "--seed", "1")


def test_a_race_without_a_sandbox_says_what_to_do(settings: Settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"  # Nobody listens there.

    refused(*RACE, match="No payment sandbox answers at .* Start the site with `make run`")

    assert not User.objects.exists()


def test_what_answers_must_be_a_sandbox(live_server: LiveServer, settings: Settings) -> None:
    settings.SANDBOX_URL = live_server.url

    refused(*RACE, match="is no payment sandbox of this version")

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEFT_MODE", "production"), ("STRIPE_LIVEMODE", True), ("SANDBOX_IN_USE", False)],
)
def test_real_payments_keep_a_race_out(settings: Settings, name: str, value: object) -> None:
    setattr(settings, name, value)

    refused(*RACE, match="needs the payment sandbox")

    assert not User.objects.exists()


def test_a_race_runs_beside_a_demo_world_or_alone() -> None:
    make_payments.payment()

    refused(*RACE, match="holds payments of people")
