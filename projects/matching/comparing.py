"""What differs between two rule documents, place by place.

A place is the way to it through the document: `("caps", 1, "amount")`. Rows that stayed the same
are lined up first, so taking the first of three limits away is one difference and not three.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Place = tuple[str | int, ...]


class _Absent:
    """Stands where a document says nothing, which is not the same as saying null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place, and what stands there in each document: a JSON value, or ABSENT."""

    place: Place
    before: object
    after: object


def differences(
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[Difference, ...]:
    """Return every place at which two documents differ, in the order of the newer one."""
    return tuple(_of_objects((), before, after))


def _compare(place: Place, before: object, after: object) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(place, before, after)
    elif _is_rows(before) and _is_rows(after):
        yield from _of_rows(place, before, after)  # type: ignore[arg-type]
    elif _key(before) != _key(after):
        yield Difference(place, before, after)


def _of_objects(
    place: Place, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Difference]:
    for name in (*after, *(name for name in before if name not in after)):
        old, new = before.get(name, ABSENT), after.get(name, ABSENT)
        yield from _compare((*place, name), old, new)


def _of_rows(
    place: Place, before: Sequence[object], after: Sequence[object]
) -> Iterator[Difference]:
    matcher = SequenceMatcher(
        None, [_key(row) for row in before], [_key(row) for row in after], autojunk=False
    )
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        shared = min(old_to - old_from, new_to - new_from)
        for n in range(shared):
            yield from _compare((*place, new_from + n), before[old_from + n], after[new_from + n])
        for n in range(new_from + shared, new_to):
            yield Difference((*place, n), ABSENT, after[n])
        for n in range(old_from + shared, old_to):
            yield Difference((*place, n), before[n], ABSENT)


def _is_rows(value: object) -> bool:
    """Tell whether a value is a list of objects; any other list is one value."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _key(value: object) -> str:
    return "" if value is ABSENT else json.dumps(value, sort_keys=True)
