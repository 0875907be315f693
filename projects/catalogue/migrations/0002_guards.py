"""What constraints cannot say: steps are never rewritten, and an ended project stays ended."""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION catalogue_transition_log_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'catalogue_transition_log is append-only'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER catalogue_transition_log_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_transition_log
FOR EACH STATEMENT EXECUTE FUNCTION catalogue_transition_log_refuse_change();

CREATE FUNCTION catalogue_project_refuse_leaving_the_end() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'project % is % for good', OLD.slug, OLD.state
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER catalogue_project_ended_stays_ended
BEFORE UPDATE OF state ON catalogue_project
FOR EACH ROW
WHEN (OLD.state IN ('archived', 'withdrawn') AND NEW.state <> OLD.state)
EXECUTE FUNCTION catalogue_project_refuse_leaving_the_end();
"""

BACKWARD = """
DROP TRIGGER catalogue_project_ended_stays_ended ON catalogue_project;
DROP FUNCTION catalogue_project_refuse_leaving_the_end();
DROP TRIGGER catalogue_transition_log_append_only ON catalogue_transition_log;
DROP FUNCTION catalogue_transition_log_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
