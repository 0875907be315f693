"""Scenarios of one contribution or a few, and what a replay of them says."""

from __future__ import annotations

import copy
import json
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.core.management import call_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Story = dict[str, Any]


def contribution(ref: str = "c1", minor: int = 100, **changes: object) -> Story:
    return {
        "type": "contribution",
        "id": ref,
        "t": "2026-03-02T10:00:00Z",
        "donor": "d1",
        "project": "p1",
        "amount": minor,
    } | changes


def story(*events: Story, **changes: object) -> Story:
    whole = {
        "id": "own",
        "programmes": [
            {
                "id": "A",
                "currency": "EUR",
                "window": ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
                "rate": [1, 1],
                "pot": 1000,
            }
        ],
        "donors": {"d1": {}},
        "projects": {"p1": {}},
        "events": list(events),
    }
    return copy.deepcopy(whole | changes)


def run(file: Path, *flags: str) -> str:
    out = StringIO()
    call_command("matching", "replay", str(file), *flags, stdout=out)
    return out.getvalue()


def report(write: Callable[[object], Path], content: object) -> Story:
    document: Story = json.loads(run(write(content), "--json"))
    return document
