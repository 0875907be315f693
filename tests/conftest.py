"""What every test stands on: a database of its own, and nothing from outside."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation
from playwright.sync_api import sync_playwright

from marketplace import embedded
from tests import cleaning, databases
from tests.stack import discard, new_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from pytest_django.plugin import DjangoDbBlocker

    from tests.stack import Stack


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
        with _cleaned_after_commits(source, name):
            yield
        connections.close_all()
        databases.drop(name)


@pytest.fixture(autouse=True)
def _english_and_an_empty_cache() -> Iterator[None]:
    """Start each test in English with nothing remembered."""
    with translation.override("en"):
        yield
    for name in settings.CACHES:
        caches[name].clear()


@contextmanager
def _cleaned_after_commits(source: str, name: str) -> Iterator[None]:
    """Replace the clean-up after a committing test: the next one finds the template's state."""
    before = cleaning.baseline(name)

    def clean(self: TransactionTestCase) -> None:  # noqa: ARG001
        connections.close_all()
        if before is None or not cleaning.is_cleaned(name, before):
            databases.clone(source, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", clean)
        yield


@pytest.fixture(scope="session")
def stack(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:  # noqa: ARG001
    """Run the seeded site once for all tests that need a whole one."""
    site = new_stack(tmp_path_factory.mktemp("stack"), label="stack")
    try:
        site.start()
        yield site
    finally:
        discard(site)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, or skip where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium on this machine: browser journeys are left out")
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    # The driver leaves its event loop running in this thread; tests without a browser follow.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=arguments)
        yield started
        started.close()


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep everything that needs the whole site in one process."""
    for item in items:
        if item.get_closest_marker("stack") or item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.xdist_group("stack"))
