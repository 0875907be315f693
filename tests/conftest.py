"""What every test stands on: a database of its own, and nothing from outside."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation

from marketplace import embedded
from tests import databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this process a clone of the migrated template, used as the application's role."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{databases.PREFIX}_clone_{os.getpid()}_{worker}"
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    with server.held() if server else nullcontext(), django_db_blocker.unblock():
        databases.drop_leftovers()
        source = databases.template()
        databases.clone(source, name)
        databases.use(name)
        with _fresh_clone_after_commits(source, name):
            yield
        connections.close_all()
        databases.drop(name)


@pytest.fixture(autouse=True)
def _english_and_an_empty_cache() -> Iterator[None]:
    """Start each test in English with nothing remembered."""
    with translation.override("en"):
        yield
    cache.clear()


@contextmanager
def _fresh_clone_after_commits(source: str, name: str) -> Iterator[None]:
    """Replace the clean-up after a committing test: the next one gets a fresh clone."""

    def fresh_clone(self: TransactionTestCase) -> None:  # noqa: ARG001
        connections.close_all()
        databases.clone(source, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", fresh_clone)
        yield
