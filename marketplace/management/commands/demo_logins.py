"""The log-ins a visitor of the demonstration can try."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.seed import identity, loader, people
from marketplace.seed.world.agencies import AGENCIES

SHOWN = ("giver", "agency_editor", "agency_vetter", people.CMS_EDITOR, people.PLATFORM_ADMIN)

ONLY_IN_DEMO = "demo_logins exists in demo mode only."


class Command(BaseCommand):
    help = "Print some log-ins of the loaded demo world."

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        if settings.WEFT_MODE != "demo":
            raise CommandError(ONLY_IN_DEMO, returncode=2)
        seed = loader.loaded_seed()
        if seed is None:
            return
        self.stdout.write(f"Log-ins, all with the password {identity.password(seed)}:")
        first_agency = AGENCIES[0].slug
        for log_in in people.log_ins(seed):
            if log_in.role in SHOWN and log_in.agency in (None, first_agency):
                code = f"   code: manage.py demo_code {log_in.email}" if log_in.totp_secret else ""
                self.stdout.write(f"  {log_in.role:15} {log_in.email}{code}")
