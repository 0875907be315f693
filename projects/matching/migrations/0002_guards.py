"""What constraints cannot say: frozen facts, legal moves, and a log that is only added to."""

from __future__ import annotations

from django.db import migrations

FROZEN = """
CREATE FUNCTION matching_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen';
END $$;
CREATE TRIGGER matching_programme_version_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_programme_version
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_counted_money_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_counted_money
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_transition_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_transition
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_programme_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_programme
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_reservation_kept
    BEFORE DELETE OR TRUNCATE ON matching_reservation
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_allocation_kept
    BEFORE DELETE OR TRUNCATE ON matching_allocation
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
"""

FROZEN_BACK = """
DROP TRIGGER matching_allocation_kept ON matching_allocation;
DROP TRIGGER matching_reservation_kept ON matching_reservation;
DROP TRIGGER matching_programme_frozen ON matching_programme;
DROP TRIGGER matching_transition_frozen ON matching_transition;
DROP TRIGGER matching_counted_money_frozen ON matching_counted_money;
DROP TRIGGER matching_programme_version_frozen ON matching_programme_version;
DROP FUNCTION matching_refuse_change();
"""

MOVES = """
CREATE FUNCTION matching_reservation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'active' OR
       (to_jsonb(NEW) - ARRAY['state', 'expires_at', 'is_kept', 'finished_at']) <>
       (to_jsonb(OLD) - ARRAY['state', 'expires_at', 'is_kept', 'finished_at']) THEN
        RAISE EXCEPTION 'reservation % is % and keeps its terms', OLD.ledger_key, OLD.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_reservation_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_reservation_guard BEFORE UPDATE ON matching_reservation
    FOR EACH ROW EXECUTE FUNCTION matching_reservation_guard();

CREATE FUNCTION matching_allocation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - ARRAY['state', 'amount_minor', 'ledger_key', 'is_blocked']) <>
       (to_jsonb(OLD) - ARRAY['state', 'amount_minor', 'ledger_key', 'is_blocked']) OR
       (NEW.amount_minor <> OLD.amount_minor) <> (NEW.ledger_key <> OLD.ledger_key) OR
       (NEW.amount_minor <> OLD.amount_minor AND NEW.amount_minor > 0 AND
            NEW.state <> 'committed') OR
       (NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
            'committed>earned', 'committed>released', 'released>committed',
            'earned>paid', 'earned>clawed_back', 'paid>clawed_back'
       )) THEN
        RAISE EXCEPTION 'allocation of % cannot go from % to %',
            OLD.contribution_ref, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_allocation_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_allocation_guard BEFORE UPDATE ON matching_allocation
    FOR EACH ROW EXECUTE FUNCTION matching_allocation_guard();
"""

MOVES_BACK = """
DROP TRIGGER matching_allocation_guard ON matching_allocation;
DROP FUNCTION matching_allocation_guard();
DROP TRIGGER matching_reservation_guard ON matching_reservation;
DROP FUNCTION matching_reservation_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]

    operations = [
        migrations.RunSQL(FROZEN, FROZEN_BACK),
        migrations.RunSQL(MOVES, MOVES_BACK),
    ]
