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

CREATE FUNCTION matching_version_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest record;
BEGIN
    SELECT number, published_at INTO latest FROM public.matching_programme_version
        WHERE programme_id = NEW.programme_id ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(latest.number, 0) + 1 OR NEW.published_at <= latest.published_at THEN
        RAISE EXCEPTION 'version % of % does not follow the latest', NEW.number, NEW.programme_id
            USING ERRCODE = 'restrict_violation',
                CONSTRAINT = 'matching_programme_version_follows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_programme_version_follows BEFORE INSERT ON matching_programme_version
    FOR EACH ROW EXECUTE FUNCTION matching_version_follows();
"""

FROZEN_BACK = """
DROP TRIGGER matching_programme_version_follows ON matching_programme_version;
DROP FUNCTION matching_version_follows();
DROP TRIGGER matching_allocation_kept ON matching_allocation;
DROP TRIGGER matching_reservation_kept ON matching_reservation;
DROP TRIGGER matching_programme_frozen ON matching_programme;
DROP TRIGGER matching_transition_frozen ON matching_transition;
DROP TRIGGER matching_counted_money_frozen ON matching_counted_money;
DROP TRIGGER matching_programme_version_frozen ON matching_programme_version;
DROP FUNCTION matching_refuse_change();
"""

TWO_PEOPLE = """
CREATE FUNCTION matching_version_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Terms that a command brings in are named in its transaction; no person published them.
    IF NEW.published_by = '' AND NEW.id::text = ANY (
            string_to_array(current_setting('weft.loaded_terms', true), ' ')
       ) THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.matching_draft
        WHERE published_id = NEW.id AND document = NEW.document AND state = 'published'
            AND proposed_by_id <> published_by_id
       ) THEN
        RAISE EXCEPTION 'two people did not publish version % of %', NEW.number, NEW.programme_id
            USING ERRCODE = 'restrict_violation',
                CONSTRAINT = 'matching_programme_version_by_two';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER matching_programme_version_by_two
    AFTER INSERT ON matching_programme_version DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION matching_version_by_two();
"""

TWO_PEOPLE_BACK = """
DROP TRIGGER matching_programme_version_by_two ON matching_programme_version;
DROP FUNCTION matching_version_by_two();
"""

MOVES = """
CREATE FUNCTION matching_reservation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change CONSTANT text[] := ARRAY['state', 'expires_at', 'is_kept', 'finished_at', 'moves'];
BEGIN
    IF OLD.state <> 'active' OR
       (to_jsonb(NEW) - may_change) <> (to_jsonb(OLD) - may_change) OR
       -- Newer terms may count it by more than it was made by; what it moved, it moved.
       NOT NEW.moves @> OLD.moves THEN
        RAISE EXCEPTION 'reservation % is % and keeps its terms', OLD.ledger_key, OLD.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_reservation_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_reservation_guard BEFORE UPDATE ON matching_reservation
    FOR EACH ROW EXECUTE FUNCTION matching_reservation_guard();

CREATE FUNCTION matching_allocation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change CONSTANT text[] := ARRAY['state', 'amount_minor', 'parts', 'moves', 'base_minor',
        'ideal_minor', 'lump_minor', 'decided_minor', 'decided_parts', 'decided_moves', 'unmet',
        'reason', 'steps', 'ledger_key', 'is_blocked', 'remaining_minor'];
    is_booked CONSTANT boolean := NEW.ledger_key <> OLD.ledger_key;
BEGIN
    IF (to_jsonb(NEW) - may_change) <> (to_jsonb(OLD) - may_change) OR
       -- What was decided only grows; it is decided again only where match moves or a threshold does.
       NEW.decided_minor < OLD.decided_minor OR
       (NEW.reason <> OLD.reason AND
            OLD.reason NOT IN ('threshold_not_reached', 'threshold_lost') AND
            NEW.reason <> 'threshold_lost') OR
       (NOT is_booked AND NEW.reason = OLD.reason AND
            (NEW.steps, NEW.decided_parts, NEW.ideal_minor, NEW.base_minor, NEW.lump_minor) <>
            (OLD.steps, OLD.decided_parts, OLD.ideal_minor, OLD.base_minor, OLD.lump_minor)) OR
       -- Other parts are another entry; match that is handed over only falls.
       ((NEW.parts <> OLD.parts) <> is_booked AND OLD.state NOT IN ('earned', 'paid')) OR
       (NEW.amount_minor > OLD.amount_minor AND NEW.state <> 'committed') OR
       (NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
            'unmatched>committed', 'committed>earned', 'committed>released',
            'released>committed', 'earned>paid', 'earned>clawed_back', 'paid>clawed_back'
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

PARTS = """
CREATE FUNCTION matching_sum_of(parts jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT coalesce(sum((part ->> 1)::bigint), 0)::bigint
      FROM pg_catalog.jsonb_array_elements(parts) AS part $$;
CREATE FUNCTION matching_all_positive(parts jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT coalesce(bool_and((part ->> 1)::bigint > 0), true)
      FROM pg_catalog.jsonb_array_elements(parts) AS part $$;
ALTER TABLE matching_allocation
    ADD CONSTRAINT matching_allocation_parts_sum CHECK (
        matching_sum_of(parts) = amount_minor AND matching_all_positive(parts)
        AND matching_sum_of(decided_parts) = decided_minor
        AND matching_all_positive(decided_parts));
ALTER TABLE matching_reservation
    ADD CONSTRAINT matching_reservation_parts_sum CHECK (
        matching_sum_of(parts) = amount_minor AND matching_all_positive(parts));
"""

PARTS_BACK = """
ALTER TABLE matching_reservation DROP CONSTRAINT matching_reservation_parts_sum;
ALTER TABLE matching_allocation DROP CONSTRAINT matching_allocation_parts_sum;
DROP FUNCTION matching_all_positive(jsonb);
DROP FUNCTION matching_sum_of(jsonb);
"""

ORDERS = """
CREATE TRIGGER matching_tally_kept
    BEFORE DELETE OR TRUNCATE ON matching_tally
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE FUNCTION matching_tally_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'minor') <> (to_jsonb(OLD) - 'minor') THEN
        RAISE EXCEPTION 'a counter of the tally of % keeps its key', OLD.programme_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_tally_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_tally_guard BEFORE UPDATE ON matching_tally
    FOR EACH ROW EXECUTE FUNCTION matching_tally_guard();

CREATE TRIGGER matching_freeze_kept
    BEFORE DELETE OR TRUNCATE ON matching_freeze
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE FUNCTION matching_freeze_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lifting CONSTANT text[] := ARRAY['lifted_at', 'lifted_by', 'lifted_reason'];
BEGIN
    IF OLD.lifted_at IS NOT NULL OR (to_jsonb(NEW) - lifting) <> (to_jsonb(OLD) - lifting) THEN
        RAISE EXCEPTION 'an order to freeze can only be lifted, once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_freeze_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_freeze_guard BEFORE UPDATE ON matching_freeze
    FOR EACH ROW EXECUTE FUNCTION matching_freeze_guard();

CREATE TRIGGER matching_reserve_release_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_reserve_release
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
"""

ORDERS_BACK = """
DROP TRIGGER matching_reserve_release_frozen ON matching_reserve_release;
DROP TRIGGER matching_freeze_guard ON matching_freeze;
DROP FUNCTION matching_freeze_guard();
DROP TRIGGER matching_freeze_kept ON matching_freeze;
DROP TRIGGER matching_tally_guard ON matching_tally;
DROP FUNCTION matching_tally_guard();
DROP TRIGGER matching_tally_kept ON matching_tally;
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]

    operations = [
        migrations.RunSQL(FROZEN, FROZEN_BACK),
        migrations.RunSQL(TWO_PEOPLE, TWO_PEOPLE_BACK),
        migrations.RunSQL(MOVES, MOVES_BACK),
        migrations.RunSQL(PARTS, PARTS_BACK),
        migrations.RunSQL(ORDERS, ORDERS_BACK),
    ]
