-- What must hold whoever writes, the owner of the table included: a dispute ends once, stays what
-- the provider said it was, and is never removed.
CREATE FUNCTION public.dispute_refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'A dispute is not taken back.'
        USING ERRCODE = '23000', CONSTRAINT = 'dispute_goes_forward';
END
$$;

CREATE TRIGGER dispute_goes_forward
    BEFORE UPDATE ON public.disputes_dispute
    FOR EACH ROW WHEN (
        OLD.state <> 'open' AND NEW.state <> OLD.state
        OR NEW.payment_id <> OLD.payment_id
        OR NEW.provider_key <> OLD.provider_key
        OR NEW.amount_minor <> OLD.amount_minor
        OR NEW.currency <> OLD.currency
    )
    EXECUTE FUNCTION public.dispute_refuse();
CREATE TRIGGER dispute_stays
    BEFORE DELETE OR TRUNCATE ON public.disputes_dispute
    FOR EACH STATEMENT EXECUTE FUNCTION public.dispute_refuse();

ALTER TABLE public.disputes_dispute ENABLE ALWAYS TRIGGER dispute_goes_forward;
ALTER TABLE public.disputes_dispute ENABLE ALWAYS TRIGGER dispute_stays;
