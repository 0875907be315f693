"""Django's migrate, as the owner of the database: the application may not change its shape."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from marketplace import database


class Command(migrate.Command):
    def handle(self, *args: object, **options: object) -> None:
        alias = str(options["database"])
        try:
            with database.as_owner(alias):
                database.let_application_in(alias)
                super().handle(*args, **options)
        except (database.NoOwnerAddress, database.OwnerIsApplication) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
