"""What constraints cannot say: legal moves, frozen facts, and logs that are only added to."""

from django.db import migrations

CONTRIBUTION_MOVES = """
CREATE FUNCTION funding_contribution_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state IN ('draft', 'cancelled') THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'funding_contribution_kept: % is % and stays', OLD.key, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.key, NEW.public_key, NEW.campaign_id) IS DISTINCT FROM
       (OLD.key, OLD.public_key, OLD.campaign_id) THEN
        RAISE EXCEPTION 'funding_contribution_identity: % keeps its names', OLD.key
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'draft' AND
       (NEW.amount_minor, NEW.currency) IS DISTINCT FROM (OLD.amount_minor, OLD.currency) THEN
        RAISE EXCEPTION 'funding_contribution_amount_frozen: % is %', OLD.key, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'draft>awaiting_payment', 'draft>expired', 'draft>cancelled',
        'awaiting_payment>settled', 'awaiting_payment>failed', 'awaiting_payment>expired',
        'failed>awaiting_payment', 'failed>settled',
        'expired>awaiting_payment', 'expired>settled'
    ) AND NOT (OLD.state IN (PAID) AND NEW.state IN (PAID)) THEN
        RAISE EXCEPTION 'funding_contribution_move: % cannot go from % to %',
            OLD.key, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN (PAID) AND
       (NEW.settled_at, NEW.payment_id, NEW.receipt_number, NEW.donor_key, NEW.fee_minor,
        NEW.platform_fee_minor) IS DISTINCT FROM
       (OLD.settled_at, OLD.payment_id, OLD.receipt_number, OLD.donor_key, OLD.fee_minor,
        OLD.platform_fee_minor) THEN
        RAISE EXCEPTION 'funding_contribution_settled_frozen: %', OLD.key
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_contribution_guard BEFORE UPDATE OR DELETE ON funding_contribution
    FOR EACH ROW EXECUTE FUNCTION funding_contribution_guard();
"""

PAID = "'settled', 'refund_pending', 'partially_refunded', 'refunded', 'disputed', 'lost'"

REVERSALS = """
CREATE FUNCTION funding_reversal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'funding_reversal_kept' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (to_jsonb(NEW) - ARRAY['state', 'taken_minor', 'rebooked', 'changed_at']) <>
       (to_jsonb(OLD) - ARRAY['state', 'taken_minor', 'rebooked', 'changed_at']) OR
       (OLD.taken_minor IS NOT NULL AND NEW.taken_minor IS DISTINCT FROM OLD.taken_minor
            AND NEW.rebooked <> OLD.rebooked + 1) OR
       (NEW.rebooked <> OLD.rebooked AND NEW.rebooked <> OLD.rebooked + 1) OR
       (NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
            'held>taken', 'held>returned', 'taken>returned'
       )) THEN
        RAISE EXCEPTION 'funding_reversal_move: % cannot go from % to %',
            OLD.key, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_reversal_guard BEFORE UPDATE OR DELETE ON funding_reversal
    FOR EACH ROW EXECUTE FUNCTION funding_reversal_guard();
"""

APPEND_ONLY = """
CREATE FUNCTION funding_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER funding_contribution_log_append_only
    BEFORE UPDATE OR DELETE ON funding_contribution_log
    FOR EACH ROW EXECUTE FUNCTION funding_log_append_only();
CREATE TRIGGER funding_contribution_log_never_emptied
    BEFORE TRUNCATE ON funding_contribution_log
    FOR EACH STATEMENT EXECUTE FUNCTION funding_log_append_only();
CREATE TRIGGER funding_campaign_log_append_only
    BEFORE UPDATE OR DELETE ON funding_campaign_log
    FOR EACH ROW EXECUTE FUNCTION funding_log_append_only();
CREATE TRIGGER funding_campaign_log_never_emptied
    BEFORE TRUNCATE ON funding_campaign_log
    FOR EACH STATEMENT EXECUTE FUNCTION funding_log_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial")]

    operations = [
        migrations.RunSQL(
            CONTRIBUTION_MOVES.replace("PAID", PAID),
            "DROP TRIGGER funding_contribution_guard ON funding_contribution;"
            "DROP FUNCTION funding_contribution_guard();",
        ),
        migrations.RunSQL(
            REVERSALS,
            "DROP TRIGGER funding_reversal_guard ON funding_reversal;"
            "DROP FUNCTION funding_reversal_guard();",
        ),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER funding_contribution_log_append_only ON funding_contribution_log;"
            "DROP TRIGGER funding_contribution_log_never_emptied ON funding_contribution_log;"
            "DROP TRIGGER funding_campaign_log_append_only ON funding_campaign_log;"
            "DROP TRIGGER funding_campaign_log_never_emptied ON funding_campaign_log;"
            "DROP FUNCTION funding_log_append_only();",
        ),
    ]
