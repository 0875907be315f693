"""Opening a scenario file: one scenario, or a collection of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from projects.matching.replaying.reading import scenario
from projects.matching.replaying.scenarios import Collection, ScenarioNotUnderstood
from projects.matching.replaying.words import integer, listed

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1
LARGEST_BYTES = 64 * 2**20


def read_file(path: Path) -> Collection:
    """Return the scenarios of a file.

    Raises:
        ScenarioNotUnderstood: no such file, no JSON, or the first place that is wrong.
    """
    document = parsed(path)
    if not isinstance(document, dict) or "scenarios" not in document:
        return Collection((scenario(document, ""),), is_single=True)
    integer(document.get("schema_version", VERSION), "schema_version", VERSION, VERSION)
    items = listed(document["scenarios"], "scenarios")
    return Collection(
        tuple(scenario(item, f"scenarios[{n}]") for n, item in enumerate(items)), is_single=False
    )


def parsed(path: Path) -> object:
    """Return the JSON of a file: no key twice, no number that is none.

    Raises:
        ScenarioNotUnderstood: says why it cannot be read.
    """
    try:
        return json.loads(content(path), object_pairs_hook=_once, parse_constant=_no_number)
    except ScenarioNotUnderstood:
        raise
    except RecursionError as error:
        raise ScenarioNotUnderstood(place="", problem="is nested too deeply") from error
    except ValueError as error:
        raise ScenarioNotUnderstood(place="", problem=f"is not JSON: {error}") from error


def content(path: Path) -> str:
    """Return the text of a file, without the mark that some programs put before it.

    Raises:
        ScenarioNotUnderstood: it cannot be read, is no UTF-8, or is too large.
    """
    try:
        with path.open("rb") as file:
            read = file.read(LARGEST_BYTES + 1)
        text = read.decode("utf-8-sig")
    except OSError as error:
        raise ScenarioNotUnderstood(place="", problem=error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise ScenarioNotUnderstood(
            place="", problem=f"is not UTF-8 at byte {error.start}"
        ) from error
    if len(read) > LARGEST_BYTES:
        raise ScenarioNotUnderstood(place="", problem=f"is larger than {LARGEST_BYTES} bytes")
    return text


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ScenarioNotUnderstood(twice, "is there twice")
    return found


def _no_number(name: str) -> object:
    raise ScenarioNotUnderstood(name, "is not a number")
