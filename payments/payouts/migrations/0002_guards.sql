-- What must hold whoever writes, the owner of the tables included.

-- A payout stays what was asked for, and goes only where the table of moves lets it.
CREATE FUNCTION public.payout_check_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.id, NEW.account_id, NEW.replaces_id, NEW.source_ref, NEW.reference, NEW.amount_minor,
            NEW.currency, NEW.second_above_minor, NEW.requested_by, NEW.created_at)
        IS DISTINCT FROM
        (OLD.id, OLD.account_id, OLD.replaces_id, OLD.source_ref, OLD.reference, OLD.amount_minor,
            OLD.currency, OLD.second_above_minor, OLD.requested_by, OLD.created_at)
    THEN
        RAISE EXCEPTION 'Payout % stays what was asked for.', OLD.id
            USING ERRCODE = '23000', CONSTRAINT = 'payout_asked_stays';
    END IF;
    IF OLD.transfer_key NOT IN ('', NEW.transfer_key)
        OR OLD.provider_key NOT IN ('', NEW.provider_key)
        OR OLD.reversal_key NOT IN ('', NEW.reversal_key)
        OR (OLD.submitted_at IS NOT NULL AND (
            NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
            OR (NEW.approved_by, NEW.second_approved_by, NEW.approved_digest, NEW.batch_id,
                NEW.receivable_minor)
                IS DISTINCT FROM
                (OLD.approved_by, OLD.second_approved_by, OLD.approved_digest, OLD.batch_id,
                OLD.receivable_minor)))
    THEN
        RAISE EXCEPTION 'Payout % was sent: how is not changed.', OLD.id
            USING ERRCODE = '23000', CONSTRAINT = 'payout_sent_stays';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('requested', 'approved'), ('requested', 'cancelled'), ('requested', 'on_hold'),
        ('approved', 'scheduled'), ('approved', 'cancelled'), ('approved', 'on_hold'),
        ('scheduled', 'submitted'), ('scheduled', 'cancelled'), ('scheduled', 'on_hold'),
        ('submitted', 'in_transit'), ('submitted', 'paid'), ('submitted', 'failed'),
        ('in_transit', 'paid'), ('in_transit', 'failed'),
        ('paid', 'returned'),
        ('on_hold', 'requested'), ('on_hold', 'cancelled')
    ) THEN
        RAISE EXCEPTION 'A payout that is % cannot become %.', OLD.state, NEW.state
            USING ERRCODE = '23000', CONSTRAINT = 'payout_moves_allowed';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payout_changes
    BEFORE UPDATE ON public.payouts_payout
    FOR EACH ROW EXECUTE FUNCTION public.payout_check_change();

-- Every payout begins as a request that nobody has approved, in the currency of its account.
CREATE FUNCTION public.payout_check_beginning() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.state <> 'requested' OR NEW.approved_by <> '' OR NOT EXISTS (
        SELECT FROM public.payouts_payoutaccount AS account
        WHERE account.id = NEW.account_id AND account.currency = NEW.currency
    ) THEN
        RAISE EXCEPTION 'A payout begins as a request in the currency of its account.'
            USING ERRCODE = '23000', CONSTRAINT = 'payout_begins_requested';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payout_beginning
    BEFORE INSERT ON public.payouts_payout
    FOR EACH ROW EXECUTE FUNCTION public.payout_check_beginning();

-- Money leaves only to an account that is payable, whose details have been the same for 72 hours
-- and are those that were approved, by others than whoever gave them, in a batch of its currency and
-- method that was not taken to the bank yet. A file has only lines for details that are as they were.
CREATE FUNCTION public.payout_check_destination() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.payouts_payoutaccount AS account
        JOIN public.payouts_payoutbatch AS batch ON batch.id = NEW.batch_id
        WHERE account.id = NEW.account_id
            AND account.payable
            AND account.details_digest = NEW.approved_digest
            AND account.details_changed_at + interval '72 hours' <= NEW.submitted_at
            AND account.currency = NEW.currency
            AND batch.currency = NEW.currency
            AND batch.method = account.method
            AND batch.exported_at IS NULL
            AND NOT EXISTS (
                SELECT FROM public.payouts_detailschange AS given
                WHERE given.account_id = account.id AND given.at = account.details_changed_at
                    AND lower(btrim(given.actor)) IN (
                        lower(btrim(NEW.approved_by)), lower(btrim(NEW.second_approved_by))
                    )
            )
    ) THEN
        RAISE EXCEPTION 'Payout % may not be sent to its account now.', NEW.id
            USING ERRCODE = '23000', CONSTRAINT = 'payout_only_to_payable';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payout_destination
    BEFORE UPDATE ON public.payouts_payout
    FOR EACH ROW WHEN (NEW.state = 'submitted' AND OLD.state <> 'submitted')
    EXECUTE FUNCTION public.payout_check_destination();

CREATE FUNCTION public.payout_check_line() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.payouts_payoutaccount AS account
        WHERE account.id = NEW.account_id AND account.method = 'bank_file'
            AND account.details_digest <> NEW.approved_digest
    ) THEN
        RAISE EXCEPTION 'Payout % was approved for other details.', NEW.id
            USING ERRCODE = '23000', CONSTRAINT = 'payout_only_to_payable';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payout_line
    BEFORE UPDATE ON public.payouts_payout
    FOR EACH ROW WHEN (OLD.state = 'submitted' AND NEW.state = 'in_transit')
    EXECUTE FUNCTION public.payout_check_line();

-- The time from which new details wait cannot be set back, and new details begin a new one. Those we
-- keep ourselves are the ones that their digest says (payments/gateway/bank_file.py).
CREATE FUNCTION public.payout_check_details() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.id, NEW.owner_ref, NEW.method, NEW.currency)
            IS DISTINCT FROM (OLD.id, OLD.owner_ref, OLD.method, OLD.currency)
        OR OLD.provider_key NOT IN ('', NEW.provider_key)
        OR NOT OLD.contacts <@ NEW.contacts
        OR (OLD.details_changed_at IS NOT NULL
            AND (NEW.details_changed_at IS NULL OR NEW.details_changed_at < OLD.details_changed_at))
        OR (NEW.details_digest <> OLD.details_digest AND OLD.details_changed_at IS NOT NULL
            AND NEW.details_changed_at = OLD.details_changed_at)
        OR (NEW.number <> '' AND NEW.details_digest <> encode(
            sha256(convert_to(NEW.number || '|' || NEW.holder, 'UTF8')), 'hex'))
    THEN
        RAISE EXCEPTION 'Payout details of % are new from the moment of their change.', OLD.id
            USING ERRCODE = '23000', CONSTRAINT = 'payout_details_dated';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payout_details
    BEFORE UPDATE ON public.payouts_payoutaccount
    FOR EACH ROW EXECUTE FUNCTION public.payout_check_details();

-- What was taken to a bank stays as it was.
CREATE FUNCTION public.payout_refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'Payouts are append-only: no % on %.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '23000', CONSTRAINT = 'payout_append_only';
END
$$;

CREATE TRIGGER payout_file_stays
    BEFORE UPDATE ON public.payouts_payoutbatch
    FOR EACH ROW WHEN (
        OLD.exported_at IS NOT NULL
        OR NEW.currency <> OLD.currency OR NEW.method <> OLD.method
    )
    EXECUTE FUNCTION public.payout_refuse();
CREATE TRIGGER payout_batch_stays
    BEFORE DELETE OR TRUNCATE ON public.payouts_payoutbatch
    FOR EACH STATEMENT EXECUTE FUNCTION public.payout_refuse();
CREATE TRIGGER payout_stays
    BEFORE DELETE OR TRUNCATE ON public.payouts_payout
    FOR EACH STATEMENT EXECUTE FUNCTION public.payout_refuse();
CREATE TRIGGER payout_account_stays
    BEFORE DELETE OR TRUNCATE ON public.payouts_payoutaccount
    FOR EACH STATEMENT EXECUTE FUNCTION public.payout_refuse();
CREATE TRIGGER payout_move_stays
    BEFORE UPDATE OR DELETE OR TRUNCATE ON public.payouts_payoutmove
    FOR EACH STATEMENT EXECUTE FUNCTION public.payout_refuse();
CREATE TRIGGER payout_change_stays
    BEFORE UPDATE OR DELETE OR TRUNCATE ON public.payouts_detailschange
    FOR EACH STATEMENT EXECUTE FUNCTION public.payout_refuse();

-- Also while a session plays a replica, which would switch ordinary triggers off.
ALTER TABLE public.payouts_payout ENABLE ALWAYS TRIGGER payout_changes;
ALTER TABLE public.payouts_payout ENABLE ALWAYS TRIGGER payout_beginning;
ALTER TABLE public.payouts_payout ENABLE ALWAYS TRIGGER payout_destination;
ALTER TABLE public.payouts_payout ENABLE ALWAYS TRIGGER payout_line;
ALTER TABLE public.payouts_payout ENABLE ALWAYS TRIGGER payout_stays;
ALTER TABLE public.payouts_payoutaccount ENABLE ALWAYS TRIGGER payout_details;
ALTER TABLE public.payouts_payoutaccount ENABLE ALWAYS TRIGGER payout_account_stays;
ALTER TABLE public.payouts_payoutmove ENABLE ALWAYS TRIGGER payout_move_stays;
ALTER TABLE public.payouts_detailschange ENABLE ALWAYS TRIGGER payout_change_stays;
