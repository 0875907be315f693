-- What must hold whoever writes, the owner of the table included: who replayed what stays written.
CREATE FUNCTION public.webhooks_refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'A replay that happened stays written.'
        USING ERRCODE = '23000', CONSTRAINT = 'replay_stays';
END
$$;

CREATE TRIGGER replay_stays
    BEFORE UPDATE OR DELETE OR TRUNCATE ON public.webhooks_replay
    FOR EACH STATEMENT EXECUTE FUNCTION public.webhooks_refuse();

ALTER TABLE public.webhooks_replay ENABLE ALWAYS TRIGGER replay_stays;
