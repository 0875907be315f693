-- What must hold whoever writes, the owner of the tables included.

CREATE FUNCTION public.reconciliation_guard_exception() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'An exception begins open.'
                USING ERRCODE = '23000', CONSTRAINT = 'exception_begins_open';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'Exception % is closed.', OLD.id
            USING ERRCODE = '23000', CONSTRAINT = 'exception_stays_closed';
    END IF;
    IF (OLD.id, OLD.kind, OLD.provider_key, OLD.reference, OLD.ours_minor, OLD.ours_currency,
        OLD.theirs_minor, OLD.theirs_currency, OLD.opened_at)
        IS DISTINCT FROM
       (NEW.id, NEW.kind, NEW.provider_key, NEW.reference, NEW.ours_minor, NEW.ours_currency,
        NEW.theirs_minor, NEW.theirs_currency, NEW.opened_at)
    THEN
        RAISE EXCEPTION 'What exception % is about does not change.', OLD.id
            USING ERRCODE = '23000', CONSTRAINT = 'exception_fact_stays';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER reconciliation_exception_guard
    BEFORE INSERT OR UPDATE ON public.reconciliation_queuedexception
    FOR EACH ROW EXECUTE FUNCTION public.reconciliation_guard_exception();

CREATE FUNCTION public.reconciliation_refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'No % on %.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '23000', CONSTRAINT = 'reconciliation_stays';
END
$$;

CREATE TRIGGER reconciliation_exception_stays
    BEFORE DELETE OR TRUNCATE ON public.reconciliation_queuedexception
    FOR EACH STATEMENT EXECUTE FUNCTION public.reconciliation_refuse();
CREATE TRIGGER reconciliation_run_stays
    BEFORE UPDATE OR DELETE OR TRUNCATE ON public.reconciliation_reconciliation
    FOR EACH STATEMENT EXECUTE FUNCTION public.reconciliation_refuse();

-- Also while a session plays a replica, which would switch ordinary triggers off.
ALTER TABLE public.reconciliation_queuedexception
    ENABLE ALWAYS TRIGGER reconciliation_exception_guard;
ALTER TABLE public.reconciliation_queuedexception
    ENABLE ALWAYS TRIGGER reconciliation_exception_stays;
ALTER TABLE public.reconciliation_reconciliation
    ENABLE ALWAYS TRIGGER reconciliation_run_stays;
