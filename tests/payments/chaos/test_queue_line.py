"""The line to the queue breaks: whoever waits is not kept long, and no work is lost."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from celery import Celery
from django.db import transaction

from payments import events, queue
from payments.models import EventDelivery
from payments.webhooks import services as inbox
from payments.webhooks.models import InboxEvent
from tests.payments.line import line_to
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

    from tests.payments.line import Line

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.promise("D6"),
    pytest.mark.promise("D2"),
]
PATIENCE = 0.5
TROUBLES: dict[str, dict[str, Any]] = {
    "delay": {"delay": 0.1},
    "refuse": {"refuses": True},
    "black hole": {"answers": False},
    "cut at 0": {"reply_bytes": 0},
    "cut at 1": {"reply_bytes": 1},
}


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a Redis of our own in memory, or skip where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    folder: Path = tmp_path_factory.mktemp("redis")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture
def line(redis: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Let the product wake workers through a Redis that may not be reached."""
    with line_to(redis) as line:
        app = Celery("weft-in-a-test", broker=line.url, set_as_current=False)
        app.conf.update(
            broker_transport_options={
                "socket_timeout": PATIENCE,
                "socket_connect_timeout": PATIENCE,
            },
            task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0},
        )
        monkeypatch.setattr(queue, "current_app", app)
        yield line
        app.close()


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_an_event_is_taken_in_and_its_work_is_found_by_the_sweeper(
    client: Client, line: Line, trouble: dict[str, Any]
) -> None:
    for name, value in trouble.items():
        setattr(line, name, value)
    began = time.monotonic()

    assert deliver(client, event(key="evt_while_broken")) == 200

    assert time.monotonic() - began < 8 * PATIENCE
    kept = InboxEvent.objects.get()
    assert kept.state == InboxEvent.State.WAITING
    assert line.met > 0
    line.mend()
    with mock.patch.object(queue, "current_app") as app:
        assert inbox.work_due(now=kept.due_at) == 1
    app.send_task.assert_called_once_with("webhooks.work_inbox", kwargs={"event_id": str(kept.pk)})


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_an_announcement_is_kept_and_redelivered(line: Line, trouble: dict[str, Any]) -> None:
    for name, value in trouble.items():
        setattr(line, name, value)

    with transaction.atomic():
        events.publish(events.PaymentFailed("payment-1", "gift-1", "expired"))

    waiting = EventDelivery.objects.get()
    assert waiting.done_at is None
    line.mend()
    with mock.patch.object(queue, "current_app") as app:
        assert events.redeliver(now=waiting.due_at) == 1
    app.send_task.assert_called_once_with(waiting.listener, kwargs={"delivery_id": str(waiting.pk)})


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"No Redis at port {port}.")
