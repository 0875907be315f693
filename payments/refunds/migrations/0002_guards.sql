-- What must hold whoever writes, the owner of the tables included.

-- No more is given back than was captured. What we are about to ask for has to fit beside all that
-- is given back, about to be, or taken by a bank. What the provider has made is a fact and only has
-- to fit beside the other facts: what we were about to ask for then fails at the provider.
-- The payment is locked, so that of two at once the second sees the first.
CREATE FUNCTION public.refund_check_captured() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    captured bigint;
    captured_currency text;
    taken bigint;
BEGIN
    SELECT received_minor, received_currency INTO captured, captured_currency
    FROM public.payments_payment WHERE id = NEW.payment_id FOR UPDATE;
    SELECT coalesce(sum(amount_minor), 0) INTO taken FROM public.refunds_refund
    WHERE payment_id = NEW.payment_id AND id <> NEW.id
        AND (state IN ('pending', 'succeeded') OR NEW.state = 'created' AND state = 'created');
    IF NEW.state = 'created' THEN
        SELECT taken + coalesce(sum(amount_minor), 0) INTO taken FROM public.disputes_dispute
        WHERE payment_id = NEW.payment_id AND state <> 'won';
    END IF;
    IF captured IS NULL OR captured_currency <> NEW.currency
        OR taken + NEW.amount_minor > captured
    THEN
        RAISE EXCEPTION 'Refund % is more than was captured.', NEW.id
            USING ERRCODE = '23000', CONSTRAINT = 'refund_within_captured';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER refund_within_captured_when_made
    BEFORE INSERT ON public.refunds_refund
    FOR EACH ROW WHEN (NEW.state <> 'failed')
    EXECUTE FUNCTION public.refund_check_captured();
CREATE TRIGGER refund_within_captured_when_changed
    BEFORE UPDATE ON public.refunds_refund
    FOR EACH ROW WHEN (
        NEW.state <> 'failed' AND (
            NEW.state <> OLD.state OR NEW.amount_minor <> OLD.amount_minor
            OR NEW.currency <> OLD.currency OR NEW.payment_id <> OLD.payment_id
        )
    )
    EXECUTE FUNCTION public.refund_check_captured();

-- A refund goes forward only, stays what it was asked for, and is never removed.
CREATE FUNCTION public.refund_refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'A refund is not taken back.'
        USING ERRCODE = '23000', CONSTRAINT = 'refund_goes_forward';
END
$$;

CREATE TRIGGER refund_goes_forward
    BEFORE UPDATE ON public.refunds_refund
    FOR EACH ROW WHEN (
        OLD.state = 'failed' AND NEW.state <> 'failed'
        OR OLD.state = 'succeeded' AND NEW.state IN ('created', 'pending')
        OR OLD.state = 'pending' AND NEW.state = 'created'
        OR NEW.payment_id <> OLD.payment_id
        OR NEW.idempotency_key <> OLD.idempotency_key
        OR OLD.provider_key <> '' AND NEW.provider_key <> OLD.provider_key
        OR OLD.state <> 'created'
            AND (NEW.amount_minor <> OLD.amount_minor OR NEW.currency <> OLD.currency)
    )
    EXECUTE FUNCTION public.refund_refuse();
CREATE TRIGGER refund_stays
    BEFORE DELETE OR TRUNCATE ON public.refunds_refund
    FOR EACH STATEMENT EXECUTE FUNCTION public.refund_refuse();

-- Also while a session plays a replica, which would switch ordinary triggers off.
ALTER TABLE public.refunds_refund ENABLE ALWAYS TRIGGER refund_within_captured_when_made;
ALTER TABLE public.refunds_refund ENABLE ALWAYS TRIGGER refund_within_captured_when_changed;
ALTER TABLE public.refunds_refund ENABLE ALWAYS TRIGGER refund_goes_forward;
ALTER TABLE public.refunds_refund ENABLE ALWAYS TRIGGER refund_stays;
