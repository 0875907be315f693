-- The one way into the books. Called with a JSON array of entries, in the order in which they are
-- to be answered:
--   [{"id", "kind", "reference", "idempotency_key", "occurred_at", "state", "expires_at",
--     "finishes", "corrects", "postings": [{"kind", "owner_ref", "currency", "amount_minor"}]}]
-- `finishes` and `corrects` are idempotency keys of earlier entries. An entry that finishes another
-- brings no postings: it takes over those of the pending one.
--
-- The order of the steps matters. Accounts are locked before postings are written, in the order of
-- their ids; the other way round two callers dead-lock on the key-share lock of the foreign key.
-- Everything is done for the whole batch at once, in a handful of statements.

-- A version 7 uuid: 48 bits of time, the rest by chance.
CREATE FUNCTION public.ledger_new_id() RETURNS uuid
LANGUAGE sql VOLATILE
AS $$
    SELECT (
        lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14)
    )::uuid
$$;

-- What a repeated entry must agree with. The time is left out: a repetition comes later.
CREATE FUNCTION public.ledger_content(entry jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE
AS $$
    SELECT sha256(convert_to((entry - ARRAY['id', 'idempotency_key', 'occurred_at'])::text, 'UTF8'))
$$;

CREATE FUNCTION public.ledger_post(batch jsonb)
RETURNS TABLE (id uuid, idempotency_key text, created boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
-- Nothing of the caller's can stand in for a name used here.
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
-- The planner cannot know how short the batch is and would rather read whole tables.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    added uuid[];
    wrong text;
BEGIN
    -- 1. Accounts come into being when they are first named.
    INSERT INTO public.ledger_account (id, kind, owner_ref, currency)
    SELECT public.ledger_new_id(), line.kind, line.owner_ref, line.currency
    FROM (
        SELECT DISTINCT posting.kind, posting.owner_ref, posting.currency
        FROM jsonb_array_elements(batch) AS item,
            jsonb_to_recordset(item -> 'postings')
                AS posting (kind text, owner_ref text, currency text)
    ) AS line
    WHERE NOT EXISTS (
        SELECT FROM public.ledger_account AS known
        WHERE known.kind = line.kind AND known.owner_ref = line.owner_ref
            AND known.currency = line.currency
    )
    ORDER BY line.kind, line.owner_ref, line.currency
    ON CONFLICT (kind, owner_ref, currency) DO NOTHING;

    -- 2. What is finished must be pending, and not have run out if it is to be made final.
    SELECT item ->> 'finishes' INTO wrong
    FROM jsonb_array_elements(batch) AS item
    LEFT JOIN public.ledger_entry AS held
        ON held.idempotency_key = item ->> 'finishes' AND held.state = 'pending'
    WHERE item ->> 'finishes' IS NOT NULL
        AND (held.id IS NULL OR item -> 'postings' <> '[]' OR item ->> 'state' = 'pending')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'There is no pending entry % to finish.', wrong
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_entry_finishes_pending';
    END IF;
    SELECT item ->> 'finishes' INTO wrong
    FROM jsonb_array_elements(batch) AS item
    JOIN public.ledger_entry AS held ON held.idempotency_key = item ->> 'finishes'
    WHERE item ->> 'state' = 'posted' AND held.expires_at <= (item ->> 'occurred_at')::timestamptz
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The pending entry % has run out.', wrong
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_entry_finishes_in_time';
    END IF;
    SELECT item ->> 'corrects' INTO wrong
    FROM jsonb_array_elements(batch) AS item
    WHERE item ->> 'corrects' IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.ledger_entry AS mistaken
        WHERE mistaken.idempotency_key = item ->> 'corrects'
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'There is no entry % to correct.', wrong
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_entry_corrects_known';
    END IF;

    -- 3. Lock every account whose totals will move, in the order of ids.
    PERFORM FROM public.ledger_account AS account
    WHERE account.keeps_total AND account.id IN (
        SELECT named.id
        FROM jsonb_array_elements(batch) AS item,
            jsonb_to_recordset(item -> 'postings')
                AS posting (kind text, owner_ref text, currency text)
        JOIN public.ledger_account AS named
            ON named.kind = posting.kind AND named.owner_ref = posting.owner_ref
            AND named.currency = posting.currency
        UNION
        SELECT line.account_id
        FROM jsonb_array_elements(batch) AS item
        JOIN public.ledger_entry AS held ON held.idempotency_key = item ->> 'finishes'
        JOIN public.ledger_posting AS line ON line.entry_id = held.id
    )
    ORDER BY account.id
    FOR NO KEY UPDATE;

    -- 4. Entries; a known key adds nothing, and must mean the same.
    WITH fresh AS (
        INSERT INTO public.ledger_entry (
            id, kind, reference, idempotency_key, content_sha256, state, occurred_at, recorded_at,
            expires_at, finishes_id, corrects_id
        )
        SELECT DISTINCT ON (item ->> 'idempotency_key')
            (item ->> 'id')::uuid,
            coalesce(item ->> 'kind', held.kind),
            coalesce(item ->> 'reference', held.reference),
            item ->> 'idempotency_key',
            public.ledger_content(item),
            item ->> 'state',
            (item ->> 'occurred_at')::timestamptz,
            now(),
            (item ->> 'expires_at')::timestamptz,
            held.id,
            mistaken.id
        FROM jsonb_array_elements(batch) WITH ORDINALITY AS given (item, place)
        LEFT JOIN public.ledger_entry AS held ON held.idempotency_key = item ->> 'finishes'
        LEFT JOIN public.ledger_entry AS mistaken ON mistaken.idempotency_key = item ->> 'corrects'
        ORDER BY item ->> 'idempotency_key', place
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING ledger_entry.id
    )
    SELECT coalesce(array_agg(fresh.id), '{}') INTO added FROM fresh;

    SELECT item ->> 'idempotency_key' INTO wrong
    FROM jsonb_array_elements(batch) AS item
    JOIN public.ledger_entry AS entry ON entry.idempotency_key = item ->> 'idempotency_key'
    WHERE entry.content_sha256 <> public.ledger_content(item)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The key % already stands for another entry.', wrong
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_entry_key_means_one_thing';
    END IF;

    -- 5. Postings, all in one statement, which is what the balance guard looks at.
    INSERT INTO public.ledger_posting (id, entry_id, account_id, amount_minor, currency)
    SELECT public.ledger_new_id(), entry.id, account.id, posting.amount_minor, posting.currency
    FROM jsonb_array_elements(batch) AS item
    JOIN public.ledger_entry AS entry ON entry.id = (item ->> 'id')::uuid AND entry.id = ANY (added),
        jsonb_to_recordset(item -> 'postings')
            AS posting (kind text, owner_ref text, currency text, amount_minor bigint)
    JOIN public.ledger_account AS account
        ON account.kind = posting.kind AND account.owner_ref = posting.owner_ref
        AND account.currency = posting.currency
    UNION ALL
    SELECT public.ledger_new_id(), entry.id, line.account_id, line.amount_minor, line.currency
    FROM public.ledger_entry AS entry
    JOIN public.ledger_posting AS line ON line.entry_id = entry.finishes_id
    WHERE entry.id = ANY (added);

    SELECT entry.idempotency_key INTO wrong
    FROM public.ledger_entry AS entry
    WHERE entry.id = ANY (added) AND NOT EXISTS (
        SELECT FROM public.ledger_posting AS line WHERE line.entry_id = entry.id
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The entry % has no postings.', wrong
            USING ERRCODE = '23000', CONSTRAINT = 'ledger_entry_has_postings';
    END IF;

    -- 6. Totals; the constraints on the row refuse what may not be.
    UPDATE public.ledger_account AS account
    SET debits_pending = account.debits_pending + moved.debits_pending,
        debits_posted = account.debits_posted + moved.debits_posted,
        credits_pending = account.credits_pending + moved.credits_pending,
        credits_posted = account.credits_posted + moved.credits_posted
    FROM (
        SELECT line.account_id,
            coalesce(sum(line.amount_minor * held) FILTER (WHERE line.amount_minor > 0), 0)
                AS debits_pending,
            coalesce(sum(line.amount_minor * final) FILTER (WHERE line.amount_minor > 0), 0)
                AS debits_posted,
            coalesce(sum(-line.amount_minor * held) FILTER (WHERE line.amount_minor < 0), 0)
                AS credits_pending,
            coalesce(sum(-line.amount_minor * final) FILTER (WHERE line.amount_minor < 0), 0)
                AS credits_posted
        FROM public.ledger_entry AS entry
        CROSS JOIN LATERAL (
            SELECT
                CASE WHEN entry.state = 'pending' THEN 1
                    WHEN entry.finishes_id IS NOT NULL THEN -1 ELSE 0 END AS held,
                CASE WHEN entry.state = 'posted' THEN 1 ELSE 0 END AS final
        ) AS effect
        JOIN public.ledger_posting AS line ON line.entry_id = entry.id
        WHERE entry.id = ANY (added)
        GROUP BY line.account_id
    ) AS moved
    WHERE account.id = moved.account_id AND account.keeps_total;

    RETURN QUERY
    SELECT entry.id, entry.idempotency_key::text,
        entry.id = (item ->> 'id')::uuid AND entry.id = ANY (added)
    FROM jsonb_array_elements(batch) WITH ORDINALITY AS given (item, place)
    JOIN public.ledger_entry AS entry ON entry.idempotency_key = item ->> 'idempotency_key'
    ORDER BY place;
END
$$;
