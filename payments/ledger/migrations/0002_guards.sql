-- What must hold whoever writes, the owner of the tables included.

-- The transaction that wrote an entry. Only it may add the entry's postings. The time stands beside
-- it because a restored copy starts to count transactions anew.
ALTER TABLE public.ledger_entry
    ADD COLUMN written_in xid8 NOT NULL DEFAULT pg_current_xact_id();

ALTER TABLE public.ledger_posting
    ADD CONSTRAINT ledger_posting_currency_of_account
    FOREIGN KEY (account_id, currency) REFERENCES public.ledger_account (id, currency);

-- Postings of an entry sum to zero in each currency, and all arrive together with their entry.
CREATE FUNCTION public.ledger_check_balance() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT entry_id INTO wrong FROM added
    GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The postings of entry % do not sum to zero.', wrong
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_posting_sums_to_zero';
    END IF;
    SELECT entry.id INTO wrong
    FROM (SELECT entry_id, count(*) AS lines FROM added GROUP BY entry_id) AS written
    CROSS JOIN LATERAL (
        SELECT known.* FROM public.ledger_entry AS known WHERE known.id = written.entry_id LIMIT 1
    ) AS entry
    WHERE entry.written_in <> pg_current_xact_id()
        OR entry.recorded_at <> now()
        OR written.lines <> (
            SELECT count(*) FROM public.ledger_posting AS line WHERE line.entry_id = entry.id
        )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entry % is closed.', wrong
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_posting_written_with_entry';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER ledger_posting_balance
    AFTER INSERT ON public.ledger_posting
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_check_balance();

CREATE FUNCTION public.ledger_refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: no % on %.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '23000', CONSTRAINT = 'ledger_append_only';
END
$$;

CREATE TRIGGER ledger_entry_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON public.ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse();
CREATE TRIGGER ledger_posting_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON public.ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse();
CREATE TRIGGER ledger_account_stays
    BEFORE UPDATE OF id, kind, owner_ref, currency OR DELETE OR TRUNCATE ON public.ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse();

-- Also while a session plays a replica, which would switch ordinary triggers off.
ALTER TABLE public.ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_append_only;
ALTER TABLE public.ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_append_only;
ALTER TABLE public.ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_balance;
ALTER TABLE public.ledger_account ENABLE ALWAYS TRIGGER ledger_account_stays;
