"""The database refuses to change or delete a surveyed row, whoever asks."""

from __future__ import annotations

TABLES = (
    "remittances_dataset",
    "remittances_importflag",
    "remittances_surveyedservice",
    "remittances_corridoraverage",
)


def guarding(*tables: str) -> str:
    """Return what makes tables append-only, once the function of `GUARD` is there."""
    return "".join(
        f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION remittances_refuse_change();
"""
        for table in tables
    )


def unguarding(*tables: str) -> str:
    """Return what takes the guard off."""
    return "".join(f"DROP TRIGGER {table}_append_only ON {table};" for table in tables)


GUARD = """
CREATE FUNCTION remittances_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are added, never changed or deleted', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
""" + guarding(*TABLES)

UNGUARD = unguarding(*TABLES) + "DROP FUNCTION remittances_refuse_change();"
