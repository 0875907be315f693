"""What a refund must hold to whoever writes it."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent / "0002_guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("refunds", "0001_initial"),
        ("disputes", "0001_initial"),  # What a bank has taken cannot be given back.
    ]

    operations = [migrations.RunSQL([GUARDS])]
