-- A reservation of match in two calls: one that takes the turn and tells all that the decision needs,
-- one that writes what was decided. In between the caller decides, under the lock of its programmes;
-- every further statement there would be one more round trip that everybody else waits for.

-- Lock programmes, those asked about and those that hold match for the contribution, in the order of
-- their ids, then what is held. Each statement sees what was committed before it began, so what is
-- read after the lock stays true until the commit. `pots` are names of pots, `subjects` say whose
-- counters are wanted; those that giving back what is held would move are added. `numbers` are the
-- versions by which the programmes are asked; `renewed_at` says that one of them is not the newest.
CREATE FUNCTION public.matching_take_turn(
    contribution text, giving text[], asked text[], numbers integer[], pots text[], subjects text[],
    project uuid
)
RETURNS TABLE (
    held uuid[], earlier integer, balances jsonb, counters jsonb,
    frozen text[], is_project_frozen boolean, released text[], renewed_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
-- One plan for all calls, and only by indexes: see public.ledger_post.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    holding CONSTANT text[] := ARRAY(
        SELECT own.programme_id FROM public.matching_reservation AS own
        WHERE own.contribution_ref = contribution AND own.state = 'active'
    );
    everybody CONSTANT text[] := asked || holding;
    own_subjects text[] := '{}';
BEGIN
    PERFORM FROM public.matching_programme AS programme
    WHERE programme.id = ANY (giving || holding)
    ORDER BY programme.id
    FOR NO KEY UPDATE;

    held := ARRAY(
        SELECT own.id FROM public.matching_reservation AS own
        WHERE own.contribution_ref = contribution AND own.state = 'active'
        ORDER BY own.id
        FOR NO KEY UPDATE
    );
    IF held <> '{}' THEN
        -- A subject of two names its owner first; the owner has a counter of heads.
        SELECT array_agg(DISTINCT named.whose) INTO own_subjects
        FROM public.matching_reservation AS own
        CROSS JOIN LATERAL jsonb_array_elements(own.moves) AS move
        CROSS JOIN LATERAL (
            VALUES (move ->> 2), (split_part(move ->> 2, ' ', 1))
        ) AS named (whose)
        WHERE own.id = ANY (held);
    END IF;

    RETURN QUERY SELECT
        held,
        (SELECT count(*)::integer FROM public.matching_reservation AS mine
            WHERE mine.contribution_ref = contribution),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
                account.owner_ref, account.currency, account.debits_posted, account.debits_pending,
                account.credits_posted, account.credits_pending)), '[]')
            FROM public.ledger_account AS account
            WHERE account.kind = 'match_pot' AND account.owner_ref = ANY (pots)),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
                counter.programme_id, counter.measure, counter.scope, counter.whose,
                counter.period, counter.layer, counter.minor)), '[]')
            FROM public.matching_tally AS counter
            WHERE counter.programme_id = ANY (everybody)
                AND counter.whose = ANY (subjects || own_subjects)),
        ARRAY(SELECT standing.programme_id::text FROM public.matching_freeze AS standing
            WHERE standing.programme_id = ANY (asked) AND standing.lifted_at IS NULL),
        EXISTS (SELECT FROM public.matching_freeze AS standing
            WHERE standing.project_id = project AND standing.lifted_at IS NULL),
        ARRAY(SELECT freed.programme_id::text FROM public.matching_reserve_release AS freed
            WHERE freed.programme_id = ANY (asked)),
        (SELECT max(newer.published_at)
            FROM unnest(asked, numbers) AS known (programme_id, number)
            JOIN public.matching_programme_version AS newer
                ON newer.programme_id = known.programme_id AND newer.number > known.number);
END
$$;

-- Write the end of some reservations, the beginning of others, what both move, and their log. Tells
-- whether it was done: not where a pot turned out to be empty; then nothing is written. The caller
-- holds the programmes' locks.
CREATE FUNCTION public.matching_hold(
    at timestamptz, ended uuid[], begun jsonb, moved jsonb, log jsonb, entries jsonb
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    broken text;
BEGIN
    BEGIN
        PERFORM FROM public.ledger_post(entries);
    EXCEPTION WHEN check_violation THEN
        GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
        IF broken = 'ledger_account_not_overdrawn' THEN
            RETURN false;
        END IF;
        RAISE;
    END;

    IF ended <> '{}' THEN
        UPDATE public.matching_reservation AS own SET state = 'released', finished_at = at
        WHERE own.id = ANY (ended);
    END IF;
    INSERT INTO public.matching_reservation
    SELECT * FROM jsonb_populate_recordset(NULL::public.matching_reservation, begun);

    MERGE INTO public.matching_tally AS counter
    USING jsonb_to_recordset(moved) AS change (
        id uuid, programme_id text, measure text, scope text, whose text, period text, layer text,
        minor bigint
    )
    ON counter.programme_id = change.programme_id AND counter.whose = change.whose
        AND counter.measure = change.measure AND counter.scope = change.scope
        AND counter.period = change.period AND counter.layer = change.layer
    WHEN MATCHED THEN UPDATE SET minor = counter.minor + change.minor
    WHEN NOT MATCHED THEN
        INSERT (id, programme_id, measure, scope, whose, period, layer, minor)
        VALUES (change.id, change.programme_id, change.measure, change.scope, change.whose,
            change.period, change.layer, change.minor);

    INSERT INTO public.matching_transition
    SELECT * FROM jsonb_populate_recordset(NULL::public.matching_transition, log);
    RETURN true;
END
$$;

-- The newest version of each programme that was public at a moment, with the orders that stand.
CREATE FUNCTION public.matching_in_force(moment timestamptz)
RETURNS TABLE (
    id uuid, programme_id varchar, number integer, document jsonb, published_at timestamptz,
    published_by varchar, is_frozen boolean, frozen_projects uuid[], is_reserve_released boolean
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    projects CONSTANT uuid[] := ARRAY(
        SELECT project_id FROM public.matching_freeze
        WHERE programme_id IS NULL AND lifted_at IS NULL
    );
BEGIN
    RETURN QUERY
    SELECT version.id, version.programme_id, version.number, version.document,
        version.published_at, version.published_by,
        EXISTS (SELECT FROM public.matching_freeze AS standing
            WHERE standing.programme_id = programme.id AND standing.lifted_at IS NULL),
        projects,
        EXISTS (SELECT FROM public.matching_reserve_release AS freed
            WHERE freed.programme_id = programme.id)
    FROM public.matching_programme AS programme
    CROSS JOIN LATERAL (
        SELECT known.* FROM public.matching_programme_version AS known
        WHERE known.programme_id = programme.id AND known.published_at <= moment
        ORDER BY known.number DESC
        LIMIT 1
    ) AS version;
END
$$;
