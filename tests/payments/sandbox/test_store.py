from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from payments.sandbox.errors import ApiError, CardRefused, InvalidRequest, NotFound
from payments.sandbox.store import Record, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THING = {"id": "thing_1", "object": "thing", "count": 0}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(str(tmp_path / "state.sqlite3"))
    yield store
    store.close()


def save_and_refuse(store: Store, identifier: str, refusal: ApiError) -> None:
    """Write something and then say no."""
    with store.transaction():
        store.save(Record(THING | {"id": identifier}))
        raise refusal


def test_what_raises_is_undone_alone(store: Store) -> None:
    with store.transaction():
        store.save(Record(THING | {"id": "thing_1"}))
        with pytest.raises(InvalidRequest):
            save_and_refuse(store, "thing_2", InvalidRequest("No"))
        store.save(Record(THING | {"id": "thing_3"}))

    assert [record.id for record in store.every("thing")] == ["thing_1", "thing_3"]


def test_a_declined_card_undoes_nothing(store: Store) -> None:
    declined = CardRefused("No", code="card_declined", decline_code=None, intent={})

    with pytest.raises(CardRefused):
        save_and_refuse(store, "thing_1", declined)

    assert store.get("thing", "thing_1").document == THING


def test_saving_again_keeps_the_place(store: Store) -> None:
    for name in ("thing_1", "thing_2"):
        store.save(Record(THING | {"id": name}))
    store.save(Record(THING | {"count": 7}, {"note": "kept"}))

    found = store.every("thing")
    assert [record.id for record in found] == ["thing_1", "thing_2"]
    assert (found[0].document["count"], found[0].notes) == (7, {"note": "kept"})
    assert store.every("thing", id="thing_2") == found[1:]


def test_what_is_not_there_is_not_found(store: Store) -> None:
    assert store.find("thing", "thing_1") is None
    with pytest.raises(NotFound, match="No such thing: 'thing_1'"):
        store.get("thing", "thing_1")


def test_threads_take_turns(store: Store) -> None:
    store.save(Record(THING))

    def add(_: int) -> None:
        with store.transaction():
            record = store.get("thing", "thing_1")
            record.document["count"] += 1
            store.save(record)

    with ThreadPoolExecutor(max_workers=8) as workers:
        list(workers.map(add, range(200)))

    assert store.get("thing", "thing_1").document["count"] == 200
