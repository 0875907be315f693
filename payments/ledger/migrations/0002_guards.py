"""What the books hold to whoever writes, and the one way in."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import migrations

HERE = Path(__file__).parent
GUARDS = (HERE / "0002_guards.sql").read_text()
POST = (HERE / "0002_post.sql").read_text()
INTERNAL = (
    "public.ledger_new_id(), public.ledger_content(jsonb), public.ledger_begin_writing(),"
    " public.ledger_check_balance(), public.ledger_refuse()"
)


def leave_the_application_one_way_in(apps, schema_editor):
    """The application reads the books and calls the function. It may do nothing else to them."""
    application = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    tables = "public.ledger_account, public.ledger_entry, public.ledger_posting"
    open_to_it = "public.ledger_post(jsonb), public.ledger_writing_since()"
    for statement in (
        f"REVOKE ALL ON {tables} FROM PUBLIC, {application}",
        f"GRANT SELECT ON {tables} TO {application}",
        f"REVOKE ALL ON FUNCTION {INTERNAL}, {open_to_it} FROM PUBLIC, {application}",
        f"GRANT EXECUTE ON FUNCTION {open_to_it} TO {application}",
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL([GUARDS]),
        migrations.RunSQL([POST]),
        migrations.RunPython(leave_the_application_one_way_in, migrations.RunPython.noop),
    ]
