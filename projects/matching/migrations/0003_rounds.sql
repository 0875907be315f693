-- What must hold of rounds, awards, shares, ceilings and tranches, whoever writes.

CREATE TRIGGER matching_round_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_round
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_award_kept
    BEFORE DELETE OR TRUNCATE ON matching_award
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_award_change_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_award_change
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_freed_share_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_freed_share
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_ceiling_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_ceiling
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_tranche_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_tranche
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_tranche_part_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_tranche_part
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_met_obligation_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_met_obligation
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_pot_transfer_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_pot_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_claim_kept
    BEFORE DELETE OR TRUNCATE ON matching_claim
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();

-- A claim changes only by what its money is, and not at all once its round is closed. What comes
-- after the close counts for nothing.
CREATE FUNCTION matching_claim_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change CONSTANT text[] := ARRAY['base_minor', 'remaining_minor', 'reason', 'steps', 'moves'];
    is_closed CONSTANT boolean := EXISTS (
        SELECT FROM matching_round AS closed
        WHERE closed.programme_id = NEW.programme_id AND closed.number = NEW.round_number);
BEGIN
    IF TG_OP = 'INSERT' AND is_closed AND NEW.base_minor > 0 OR
       TG_OP = 'UPDATE' AND (is_closed OR
           (to_jsonb(NEW) - may_change) <> (to_jsonb(OLD) - may_change)) THEN
        RAISE EXCEPTION 'round % of % and its claims stay as they are',
            NEW.round_number, NEW.programme_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_claim_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_claim_guard BEFORE INSERT OR UPDATE ON matching_claim
    FOR EACH ROW EXECUTE FUNCTION matching_claim_guard();

ALTER TABLE matching_award
    ADD CONSTRAINT matching_award_parts_sum CHECK (
        matching_sum_of(parts) = amount_minor AND matching_all_positive(parts)
        AND matching_sum_of(decided_parts) = decided_minor
        AND matching_all_positive(decided_parts));
ALTER TABLE matching_round
    ADD CONSTRAINT matching_round_parts_sum CHECK (
        matching_sum_of(parts) = matched_minor AND matching_all_positive(parts));
ALTER TABLE matching_estimate
    ADD CONSTRAINT matching_estimate_parts_sum CHECK (
        matching_sum_of(parts) = minor AND matching_all_positive(parts));

CREATE FUNCTION matching_award_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change CONSTANT text[] := ARRAY['state', 'amount_minor', 'parts', 'ledger_key'];
BEGIN
    IF (to_jsonb(NEW) - may_change) <> (to_jsonb(OLD) - may_change) OR
       -- Another amount is another entry; what is handed over only falls.
       (NEW.amount_minor <> OLD.amount_minor AND NEW.ledger_key = OLD.ledger_key AND
            OLD.state NOT IN ('earned', 'paid')) OR
       (NEW.amount_minor = OLD.amount_minor AND NEW.ledger_key <> OLD.ledger_key) OR
       (NEW.amount_minor > OLD.amount_minor AND NEW.state <> 'committed') OR
       (NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
            'committed>earned', 'committed>released', 'released>committed',
            'earned>paid', 'earned>clawed_back', 'paid>clawed_back'
       )) THEN
        RAISE EXCEPTION 'award of % cannot go from % to %',
            OLD.campaign_key, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_award_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_award_guard BEFORE UPDATE ON matching_award
    FOR EACH ROW EXECUTE FUNCTION matching_award_guard();

-- At the end of the transaction that closed it a round is whole: its awards add up to what it gave,
-- and its shares, where it gave anything, to the same. So no award can be added later either.
CREATE FUNCTION matching_round_check_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed CONSTANT uuid := CASE TG_TABLE_NAME
        WHEN 'matching_round' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'round_id' END;
BEGIN
    IF EXISTS (
        SELECT FROM matching_round AS round WHERE round.id = closed AND (
            round.matched_minor <> (
                SELECT coalesce(sum(award.decided_minor), 0) FROM matching_award AS award
                WHERE award.round_id = closed)
            OR round.matched_minor > 0 AND to_regclass(matching_shares_of(closed)) IS NULL)
    ) THEN
        RAISE EXCEPTION 'round % does not add up', closed
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_round_is_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER matching_round_is_whole
    AFTER INSERT ON matching_round DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION matching_round_check_whole();
CREATE FUNCTION matching_award_check_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM matching_round AS round JOIN added ON added.round_id = round.id
        GROUP BY round.id HAVING round.matched_minor < (
            SELECT sum(award.decided_minor) FROM matching_award AS award
            WHERE award.round_id = round.id)
    ) THEN
        RAISE EXCEPTION 'a round gives no more than it found'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_award_of_its_round';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER matching_award_new
    AFTER INSERT ON matching_award REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION matching_award_check_new();

-- Ceilings follow one another without a gap, so the newest of a project is the last one written.
CREATE FUNCTION matching_number_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earlier integer;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I WHERE programme_id = $1 AND project_id = $2',
        TG_TABLE_NAME) INTO earlier USING NEW.programme_id, NEW.project_id;
    IF NEW.number <> earlier + 1 THEN
        RAISE EXCEPTION '% of % for % is number %, not %', TG_TABLE_NAME, NEW.programme_id,
            NEW.project_id, earlier + 1, NEW.number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_follows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_ceiling_follows BEFORE INSERT ON matching_ceiling
    FOR EACH ROW EXECUTE FUNCTION matching_number_check();
CREATE TRIGGER matching_tranche_follows BEFORE INSERT ON matching_tranche
    FOR EACH ROW EXECUTE FUNCTION matching_number_check();

-- A tranche counts on from what was paid before it.
CREATE FUNCTION matching_tranche_check_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.before_minor <> (
        SELECT coalesce(sum(known.paid_minor), 0) FROM matching_tranche AS known
        WHERE known.programme_id = NEW.programme_id AND known.project_id = NEW.project_id
    ) THEN
        RAISE EXCEPTION 'tranche % of % does not count on', NEW.number, NEW.programme_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_tranche_counts_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_tranche_counts_on BEFORE INSERT ON matching_tranche
    FOR EACH ROW EXECUTE FUNCTION matching_tranche_check_before();
