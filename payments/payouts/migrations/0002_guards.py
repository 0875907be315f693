"""What a payout must hold to whoever writes it."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent / "0002_guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial")]

    operations = [migrations.RunSQL([GUARDS])]
