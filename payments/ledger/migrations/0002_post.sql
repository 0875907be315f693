-- The one way into the books. Called with a JSON array of entries, in the order in which they are
-- to be answered:
--   [{"id", "kind", "reference", "idempotency_key", "occurred_at", "state", "expires_at",
--     "finishes", "corrects", "rate": {"numerator", "denominator", "source", "at"},
--     "postings": [{"kind", "owner_ref", "currency", "amount_minor"}]}]
-- `finishes` and `corrects` are idempotency keys of earlier entries. An entry that finishes another
-- brings no postings and no rate: it takes over those of the pending one.
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

-- Whoever writes holds, until the end of the transaction, a lock that is named after the millisecond
-- in which the transaction began: 48 bits of time after 16 of our own. Everybody sees locks, other
-- than the sessions of other roles.
CREATE FUNCTION public.ledger_begin_writing() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(
        (19525::bigint << 48) | floor(extract(epoch FROM now()) * 1000)::bigint
    );
    RETURN clock_timestamp();  -- Only now: never earlier than the lock could be seen.
END
$$;

-- When the oldest transaction began that is still writing; nothing when there is none.
CREATE FUNCTION public.ledger_writing_since() RETURNS timestamptz
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_timestamp(min(((classid::bigint & 65535) << 32 | objid::bigint)) / 1000.0)
    FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 19525
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
$$;

CREATE FUNCTION public.ledger_post(batch jsonb)
RETURNS TABLE (id uuid, idempotency_key text, created boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
-- Nothing of the caller's can stand in for a name used here.
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
-- One plan for all batches: planning anew takes as long as the work. The planner cannot know how
-- short a batch is and would rather read whole tables, so every row is looked up by an index; that is
-- what the LATERAL (… LIMIT 1) below is for, too.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    wrong text;
    moment CONSTANT timestamptz := public.ledger_begin_writing();
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
    IF batch @? '$[*] ? (@.finishes != null || @.corrects != null)' THEN
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
        WHERE item ->> 'state' = 'posted'
            AND held.expires_at <= (item ->> 'occurred_at')::timestamptz
            AND NOT EXISTS (  -- A repetition comes later and is no new decision.
                SELECT FROM public.ledger_entry AS known
                WHERE known.idempotency_key = item ->> 'idempotency_key'
            )
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
    END IF;

    -- 3. Lock every account whose totals will move, in the order of ids.
    PERFORM FROM public.ledger_account AS account
    WHERE account.keeps_total AND account.id = ANY (ARRAY(
        SELECT named.id
        FROM jsonb_array_elements(batch) AS item,
            jsonb_to_recordset(item -> 'postings')
                AS posting (kind text, owner_ref text, currency text)
        CROSS JOIN LATERAL (
            SELECT known.id FROM public.ledger_account AS known
            WHERE known.kind = posting.kind AND known.owner_ref = posting.owner_ref
                AND known.currency = posting.currency
            LIMIT 1
        ) AS named
        UNION
        SELECT line.account_id
        FROM jsonb_array_elements(batch) AS item
        CROSS JOIN LATERAL (
            SELECT known.id FROM public.ledger_entry AS known
            WHERE known.idempotency_key = item ->> 'finishes'
            LIMIT 1
        ) AS held
        CROSS JOIN LATERAL (
            SELECT known.account_id FROM public.ledger_posting AS known
            WHERE known.entry_id = held.id
            OFFSET 0
        ) AS line
    ))
    ORDER BY account.id
    FOR NO KEY UPDATE;

    -- 4. Entries; a known key adds nothing, and must mean the same. What was added here is known
    -- from then on by its id and its transaction.
    INSERT INTO public.ledger_entry (
        id, kind, reference, idempotency_key, content_sha256, state, occurred_at, recorded_at,
        expires_at, finishes_id, corrects_id, rate_numerator, rate_denominator, rate_source, rate_at
    )
    SELECT DISTINCT ON (item ->> 'idempotency_key')
        (item ->> 'id')::uuid,
        coalesce(item ->> 'kind', held.kind),
        coalesce(item ->> 'reference', held.reference, mistaken.reference),
        item ->> 'idempotency_key',
        public.ledger_content(item),
        item ->> 'state',
        (item ->> 'occurred_at')::timestamptz,
        moment,
        (item ->> 'expires_at')::timestamptz,
        held.id,
        mistaken.id,
        coalesce((item -> 'rate' ->> 'numerator')::bigint, held.rate_numerator),
        coalesce((item -> 'rate' ->> 'denominator')::bigint, held.rate_denominator),
        coalesce(item -> 'rate' ->> 'source', held.rate_source),
        coalesce((item -> 'rate' ->> 'at')::timestamptz, held.rate_at)
    FROM jsonb_array_elements(batch) WITH ORDINALITY AS given (item, place)
    LEFT JOIN public.ledger_entry AS held ON held.idempotency_key = item ->> 'finishes'
    LEFT JOIN public.ledger_entry AS mistaken ON mistaken.idempotency_key = item ->> 'corrects'
    ORDER BY item ->> 'idempotency_key', place
    ON CONFLICT (idempotency_key) DO NOTHING;

    SELECT item ->> 'idempotency_key' INTO wrong
    FROM jsonb_array_elements(batch) AS item
    CROSS JOIN LATERAL (
        SELECT known.content_sha256 FROM public.ledger_entry AS known
        WHERE known.idempotency_key = item ->> 'idempotency_key'
        LIMIT 1
    ) AS entry
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
    CROSS JOIN LATERAL (
        SELECT known.* FROM public.ledger_entry AS known
        WHERE known.id = (item ->> 'id')::uuid AND known.written_in = pg_current_xact_id()
        LIMIT 1
    ) AS entry,
        jsonb_to_recordset(item -> 'postings')
            AS posting (kind text, owner_ref text, currency text, amount_minor bigint)
    CROSS JOIN LATERAL (
        SELECT known.id FROM public.ledger_account AS known
        WHERE known.kind = posting.kind AND known.owner_ref = posting.owner_ref
            AND known.currency = posting.currency
        LIMIT 1
    ) AS account
    UNION ALL
    SELECT public.ledger_new_id(), entry.id, line.account_id, line.amount_minor, line.currency
    FROM jsonb_array_elements(batch) AS item
    CROSS JOIN LATERAL (
        SELECT known.* FROM public.ledger_entry AS known
        WHERE known.id = (item ->> 'id')::uuid AND known.written_in = pg_current_xact_id()
        LIMIT 1
    ) AS entry
    CROSS JOIN LATERAL (
        SELECT known.* FROM public.ledger_posting AS known
        WHERE known.entry_id = entry.finishes_id
        OFFSET 0
    ) AS line;

    SELECT item ->> 'idempotency_key' INTO wrong
    FROM jsonb_array_elements(batch) AS item
    CROSS JOIN LATERAL (
        SELECT known.* FROM public.ledger_entry AS known
        WHERE known.id = (item ->> 'id')::uuid AND known.written_in = pg_current_xact_id()
        LIMIT 1
    ) AS entry
    WHERE NOT EXISTS (
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
        FROM jsonb_array_elements(batch) AS item
        CROSS JOIN LATERAL (
            SELECT known.id,
                CASE WHEN known.state = 'pending' THEN 1
                    WHEN known.finishes_id IS NOT NULL THEN -1 ELSE 0 END AS held,
                CASE WHEN known.state = 'posted' THEN 1 ELSE 0 END AS final
            FROM public.ledger_entry AS known
            WHERE known.id = (item ->> 'id')::uuid AND known.written_in = pg_current_xact_id()
            LIMIT 1
        ) AS entry
        CROSS JOIN LATERAL (
            SELECT known.account_id, known.amount_minor FROM public.ledger_posting AS known
            WHERE known.entry_id = entry.id
            OFFSET 0
        ) AS line
        GROUP BY line.account_id
    ) AS moved
    WHERE account.id = moved.account_id AND account.keeps_total;

    RETURN QUERY
    SELECT entry.id, entry.idempotency_key::text,
        entry.id = (item ->> 'id')::uuid
    FROM jsonb_array_elements(batch) WITH ORDINALITY AS given (item, place)
    CROSS JOIN LATERAL (
        SELECT known.id, known.idempotency_key FROM public.ledger_entry AS known
        WHERE known.idempotency_key = item ->> 'idempotency_key'
        LIMIT 1
    ) AS entry
    ORDER BY place;
END
$$;
