"""The two roles of the database: the owner shapes it, the application uses it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dj_database_url
from django.conf import settings
from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterator


SAME_ROLE = "DATABASE_URL and DATABASE_ADMIN_URL name the same role. Give the application its own."


class NoOwnerAddress(Exception):
    """The database's shape may only be changed as its owner, and nobody said who that is."""


class OwnerIsApplication(Exception):
    """Both addresses name one role: it could change posted entries and switch off every guard."""


@contextmanager
def as_owner(alias: str = "default") -> Iterator[None]:
    """Connect as the owner while the block runs.

    Raises:
        NoOwnerAddress: off the carried server, without DATABASE_ADMIN_URL.
        OwnerIsApplication: the application connects as the owner.
    """
    if not settings.DATABASE_ADMIN_URL:
        msg = "Set DATABASE_ADMIN_URL to the address of the database's owner."
        raise NoOwnerAddress(msg)
    wrapper = connections[alias]
    application = wrapper.settings_dict.copy()
    wrapper.close()
    owner = dj_database_url.parse(settings.DATABASE_ADMIN_URL)
    if owner["USER"] == settings.DATABASE_APP_ROLE:
        raise OwnerIsApplication(SAME_ROLE)
    wrapper.settings_dict |= {
        "USER": owner["USER"],
        "PASSWORD": owner["PASSWORD"],
        "OPTIONS": {
            name: value for name, value in application["OPTIONS"].items() if name != "pool"
        },
    }
    try:
        yield
    finally:
        wrapper.close()
        wrapper.settings_dict |= application


def let_application_in(alias: str = "default") -> None:
    """As the owner: give the application's role the ordinary rights on all that will be created.

    What it must not do (the ledger) is taken away again where the table is made.
    """
    with connections[alias].cursor() as cursor:
        role = connections[alias].ops.quote_name(str(settings.DATABASE_APP_ROLE))
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            (
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
                f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
            ),
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        ):
            cursor.execute(statement)
