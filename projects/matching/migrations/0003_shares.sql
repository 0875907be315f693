-- Shares: one partition for each round, filled while it is a table by itself, then checked, given its
-- key and attached. A partition that is attached takes no row and loses none, whoever writes.
--
-- Each share points at its claim, and each claim at counted money. The database looks at the key of
-- all shares at once when the partition is attached, which lets nobody else add a claim until the
-- commit; whoever wants to waits for the programme's lock first, as this transaction did.

CREATE TABLE matching_share (
    round_id uuid NOT NULL,
    contribution_ref varchar(64) NOT NULL,
    programme_id varchar(64) NOT NULL,
    minor bigint NOT NULL,
    CONSTRAINT matching_share_above_zero CHECK (minor > 0),
    PRIMARY KEY (contribution_ref, round_id),
    CONSTRAINT matching_share_of_known_claim FOREIGN KEY (contribution_ref, programme_id)
        REFERENCES matching_claim (contribution_ref, programme_id)
) PARTITION BY LIST (round_id);

CREATE FUNCTION matching_share_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'matching_share is written once'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_share_frozen';
END $$;
CREATE TRIGGER matching_share_frozen BEFORE INSERT OR UPDATE OR DELETE ON matching_share
    FOR EACH ROW EXECUTE FUNCTION matching_share_refuse();
CREATE TRIGGER matching_share_kept BEFORE TRUNCATE ON matching_share
    FOR EACH STATEMENT EXECUTE FUNCTION matching_share_refuse();

-- The name of the table of a round's shares.
CREATE FUNCTION matching_shares_of(round uuid) RETURNS text
LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT 'public.matching_share_' || pg_catalog.replace(round::text, '-', '') $$;

-- Make the table of a new round's shares, for the caller to fill in this transaction.
CREATE FUNCTION matching_open_shares(round uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
    shares CONSTANT text := public.matching_shares_of(round);
    programme text;
BEGIN
    SELECT known.programme_id INTO programme FROM public.matching_round AS known
        WHERE known.id = round;
    IF programme IS NULL OR to_regclass(shares) IS NOT NULL THEN
        RAISE EXCEPTION 'round % is not known, or has its shares', round
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_share_once';
    END IF;
    EXECUTE format('CREATE TABLE %s (LIKE public.matching_share INCLUDING CONSTRAINTS)', shares);
    EXECUTE format('ALTER TABLE %s ALTER programme_id SET DEFAULT %L', shares, programme);
    IF session_user <> current_user THEN
        EXECUTE format('REVOKE ALL ON %s FROM %I', shares, session_user);
        EXECUTE format('GRANT SELECT, INSERT ON %s TO %I', shares, session_user);
    END IF;
    RETURN shares;
END $$;

-- Check the shares of a round against its claims and awards and make them part of matching_share.
-- Returns how many there are.
CREATE FUNCTION matching_seal_shares(round uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
    shares CONSTANT text := public.matching_shares_of(round);
    known public.matching_round;
    written bigint;
    claimed bigint;
    wrong text;
BEGIN
    SELECT * INTO STRICT known FROM public.matching_round WHERE id = round;
    EXECUTE format('SELECT count(*) FROM %s', shares) INTO written;
    EXECUTE format($query$
        WITH found AS MATERIALIZED (
            SELECT claim.campaign_key, sum(share.minor) AS minor, count(*) AS lines
            FROM %s AS share JOIN public.matching_claim AS claim
                ON claim.contribution_ref = share.contribution_ref
            WHERE claim.programme_id = $1 AND claim.round_number = $2
            GROUP BY claim.campaign_key
        ), awarded AS (
            SELECT campaign_key, decided_minor FROM public.matching_award
            WHERE round_id = $3 AND decided_minor > 0
        )
        SELECT (SELECT coalesce(sum(lines), 0) FROM found), (
            SELECT coalesce(awarded.campaign_key, found.campaign_key)
            FROM found FULL JOIN awarded ON awarded.campaign_key = found.campaign_key
            WHERE awarded.decided_minor IS DISTINCT FROM found.minor
                AND (found.campaign_key IS NOT NULL OR EXISTS (
                    -- A project that nobody gave to has an award and no shares.
                    SELECT FROM public.matching_claim AS claim
                    WHERE claim.programme_id = $1 AND claim.round_number = $2
                        AND claim.campaign_key = awarded.campaign_key AND claim.base_minor > 0))
            LIMIT 1)
    $query$, shares) INTO claimed, wrong USING known.programme_id, known.number, round;
    IF claimed <> written THEN
        RAISE EXCEPTION 'a share of round % is of no claim of it', round
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_share_of_a_claim';
    ELSIF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'the shares of % are not its award', wrong
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_share_sums_to_award';
    END IF;
    EXECUTE format('ALTER TABLE %s ADD PRIMARY KEY (contribution_ref, round_id)', shares);
    EXECUTE format('ALTER TABLE public.matching_share ATTACH PARTITION %s FOR VALUES IN (%L)',
        shares, round);
    EXECUTE format('CREATE TRIGGER matching_share_kept BEFORE TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION public.matching_share_refuse()', shares);
    IF session_user <> current_user THEN
        EXECUTE format('REVOKE INSERT ON %s FROM %I', shares, session_user);
    END IF;
    RETURN written;
END $$;
