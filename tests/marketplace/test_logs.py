from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from marketplace import logs

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "59200f9c-70b4-4032-b87f-6f661e37b51c"


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Give the lines that the product's own formatter writes."""
    formats: dict[str, Any] = settings.LOGGING["formatters"]["json"]  # type: ignore[index]
    maker = import_string(formats["()"])
    formatter = maker(
        processor=formats["processor"], foreign_pre_chain=formats["foreign_pre_chain"]
    )
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(formatter.format(record))

    keeper = Keeper()
    logging.getLogger().addHandler(keeper)
    yield lines
    logging.getLogger().removeHandler(keeper)
    capsys.readouterr()


@pytest.mark.promise("P3")
@pytest.mark.django_db
@pytest.mark.parametrize("page", ["give_match", "give_details", "give_pay", "give_done"])
def test_the_key_of_a_gift_is_in_no_line_of_the_log(page: str, written: list[str]) -> None:
    address = reverse(f"public:{page}", kwargs={"slug": "nothing", "gift": KEY})

    Client().get(f"{address}?token=secret")

    assert any("Not Found" in line or "request_finished" in line for line in written)
    assert not any(KEY in line or "token=secret" in line for line in written)


def test_a_failure_is_logged_with_its_trace_and_without_the_row_it_was_about(
    written: list[str],
) -> None:
    quoted = "too long\nDETAIL:  Failing row contains (asha@example.org)"
    try:
        int(quoted, base=10)
    except ValueError as error:
        error.args = (quoted,)
        logging.getLogger("weft").exception("failed")

    assert "Traceback" in written[0]
    assert "test_logs.py" in written[0]
    assert "asha@example.org" not in written[0]


def test_a_payment_s_id_that_is_no_address_stays_for_the_operator() -> None:
    event = logs.mask_keys(None, "info", {"event": f"Payment {KEY} expired"})

    assert event["event"] == f"Payment {KEY} expired"
