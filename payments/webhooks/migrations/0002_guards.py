"""What the log of replays holds to whoever writes."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent / "0002_guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]

    operations = [migrations.RunSQL([GUARDS])]
