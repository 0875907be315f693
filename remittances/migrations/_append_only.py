"""The database refuses to change or delete a surveyed row, whoever asks."""

from __future__ import annotations

TABLES = (
    "remittances_dataset",
    "remittances_surveyedservice",
    "remittances_corridoraverage",
)

GUARD = """
CREATE FUNCTION remittances_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are added, never changed or deleted', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION remittances_refuse_change();
"""
    for table in TABLES
)

UNGUARD = (
    "".join(f"DROP TRIGGER {table}_append_only ON {table};" for table in TABLES)
    + "DROP FUNCTION remittances_refuse_change();"
)
