"""Reading the terms in force, taking a turn at programmes, holding match: one statement each."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import migrations

RESERVE = (Path(__file__).parent / "0005_reserve.sql").read_text()
TAKE_TURN = "public.matching_take_turn(text, text[], text[], integer[], text[], text[], uuid)"
IN_FORCE = "public.matching_in_force(timestamptz)"
HOLD = "public.matching_hold(timestamptz, uuid[], jsonb, jsonb, jsonb, jsonb)"
FUNCTIONS = (IN_FORCE, TAKE_TURN, HOLD)


def let_the_application_reserve(apps, schema_editor):
    """The functions do what the application may do anyway; nobody else calls them."""
    application = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    functions = ", ".join(FUNCTIONS)
    schema_editor.execute(f"REVOKE ALL ON FUNCTION {functions} FROM PUBLIC")
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {functions} TO {application}")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_guards"),
        ("matching", "0004_drafts"),
    ]

    operations = [
        migrations.RunSQL([RESERVE], [f"DROP FUNCTION {each}" for each in FUNCTIONS]),
        migrations.RunPython(let_the_application_reserve, migrations.RunPython.noop),
    ]
