"""What the queue holds to whoever writes: a program may open, only a person closes."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent / "0002_guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [migrations.RunSQL([GUARDS])]
