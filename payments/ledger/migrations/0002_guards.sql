-- What must hold whoever writes, the owner of the tables included.

-- The transaction that wrote an entry. Only it may add the entry's postings. An entry recorded before
-- the transaction began is closed too: a restored copy starts to count transactions anew.
ALTER TABLE public.ledger_entry
    ADD COLUMN written_in xid8 NOT NULL DEFAULT pg_current_xact_id();

ALTER TABLE public.ledger_posting
    ADD CONSTRAINT ledger_posting_currency_of_account
    FOREIGN KEY (account_id, currency) REFERENCES public.ledger_account (id, currency);

-- Postings of an entry sum to zero in each currency, all arrive together with their entry, and more
-- than one currency takes a rate and an fx account in each. One look finds any fault; which one it
-- was is asked only then.
CREATE FUNCTION public.ledger_check_balance() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong record;
BEGIN
    SELECT written.entry_id, written.lopsided, entry.closed INTO wrong
    FROM (
        SELECT leg.entry_id, sum(leg.lines) AS lines, count(*) AS currencies,
            bool_or(leg.rest <> 0) AS lopsided
        FROM (
            SELECT line.entry_id, count(*) AS lines, sum(line.amount_minor) AS rest
            FROM added AS line GROUP BY line.entry_id, line.currency
        ) AS leg
        GROUP BY leg.entry_id
    ) AS written
    CROSS JOIN LATERAL (
        SELECT known.rate_numerator IS NOT NULL AS has_rate,
            known.written_in <> pg_current_xact_id() OR known.recorded_at < now()
            OR written.lines <> (
                SELECT count(*) FROM public.ledger_posting AS line WHERE line.entry_id = known.id
            ) AS closed
        FROM public.ledger_entry AS known WHERE known.id = written.entry_id LIMIT 1
    ) AS entry
    WHERE written.lopsided OR entry.closed
        OR (written.currencies > 1 AND (NOT entry.has_rate OR written.currencies <> (
            SELECT count(DISTINCT line.currency) FROM added AS line
            JOIN public.ledger_account AS account ON account.id = line.account_id
            WHERE line.entry_id = written.entry_id AND account.kind = 'fx'
        )))
    ORDER BY written.lopsided DESC
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF wrong.lopsided THEN
        RAISE EXCEPTION 'The postings of entry % do not sum to zero.', wrong.entry_id
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_posting_sums_to_zero';
    ELSIF wrong.closed THEN
        RAISE EXCEPTION 'Entry % is closed.', wrong.entry_id
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_posting_written_with_entry';
    END IF;
    RAISE EXCEPTION 'Entry % converts without a rate or an fx account.', wrong.entry_id
        USING ERRCODE = '23000', CONSTRAINT = 'ledger_posting_converts_at_rate';
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
