"""The production shape: settings that refuse to start wrongly, and a compose file that is one."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
from compose_spec import PyCompose, PyOptions
from django.conf import settings

COMPLETE = {
    "WEFT_MODE": "production",
    "SECRET_KEY": "a-secret-of-more-than-fifty-characters-for-this-test-0123456789",
    "ALLOWED_HOSTS": "weft.example",
    "SITE_URL": "https://weft.example",
    "DATABASE_URL": "postgresql://weft_app:x@127.0.0.1:1/weft",
    "STRIPE_API_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "EMAIL_URL": "submission://user:x@mail.example:587",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "CACHE_URL": "redis://127.0.0.1:1/1",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "WEFT_VAR": str(settings.VAR), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_production_settings_pass_the_deployment_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **COMPLETE)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "STRIPE_API_KEY", "EMAIL_URL"]
)
def test_production_names_what_is_missing(missing: str) -> None:
    done = manage("check", **{name: value for name, value in COMPLETE.items() if name != missing})

    assert done.returncode != 0
    assert f"WEFT_MODE=production needs {missing}" in done.stderr


def test_production_refuses_the_payment_sandbox() -> None:
    done = manage("check", **COMPLETE, STRIPE_API_BASE="http://127.0.0.1:8001")

    assert done.returncode != 0
    assert "takes payments from the provider only" in done.stderr


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("EUR=1000,KES=2500000", {"EUR": 10_00, "KES": 25_000_00}),
        ("", dict.fromkeys(("CAD", "CHF", "EUR", "GBP", "USD"), 5_000_00)),
    ],
)
def test_the_amount_above_which_two_approve_comes_from_the_environment(
    given: str, found: dict[str, int]
) -> None:
    asked = "from django.conf import settings; print(settings.PAYOUT_SECOND_ABOVE)"

    done = manage("shell", "--no-imports", "-c", asked, PAYOUT_SECOND_ABOVE=given)

    assert done.returncode == 0, done.stderr
    assert ast.literal_eval(done.stdout) == found


def test_a_mode_nobody_knows_ends_with_one_sentence() -> None:
    done = manage("check", WEFT_MODE="prod")

    assert done.stderr == "WEFT_MODE is 'prod': set it to one of demo, production.\n"


def test_changing_the_database_without_its_owner_is_refused() -> None:
    done = manage("migrate", DATABASE_URL="postgresql://weft_app@127.0.0.1:1/weft")

    assert done.returncode == 2
    assert "Set DATABASE_ADMIN_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_application_that_would_own_the_database_is_refused() -> None:
    address = "postgresql://weft@127.0.0.1:1/weft"

    done = manage("migrate", DATABASE_URL=address, DATABASE_ADMIN_URL=address)

    assert done.returncode == 2
    assert "name the same role" in done.stderr


def compose() -> PyCompose:
    options = PyOptions()
    options.apply_merge = True
    return options.from_yaml((settings.BASE_DIR / "docker-compose.yml").read_text())


def test_the_compose_file_is_valid_and_whole() -> None:
    services = compose()

    services.validate()
    assert services.service_names() == [
        "database",
        "queue",
        "migrate",
        "web",
        "worker",
        "scheduler",
    ]


def test_every_service_that_stays_up_has_a_health_check() -> None:
    services = compose()

    for name in ("database", "queue", "web", "worker", "scheduler"):
        service = services.get_service(name)

        assert service is not None
        assert service.healthcheck is not None, name


def test_the_compose_file_holds_no_secret() -> None:
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()

    assert "${APP_PASSWORD:?" in text
    assert "${OWNER_PASSWORD:?" in text
    assert "sk_" not in text


def test_the_image_runs_as_an_ordinary_user() -> None:
    lines = (settings.BASE_DIR / "Dockerfile").read_text().splitlines()

    assert [line for line in lines if line.startswith("USER ")] == ["USER weft"]
