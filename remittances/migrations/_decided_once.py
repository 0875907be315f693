"""The database keeps what was decided, and lets nothing skip the second person."""

from __future__ import annotations

APPEND_ONLY = ("remittances_referencerate", "remittances_feedrun")
BEGINS = {  # Table: the state that every row begins in.
    "remittances_rateproposal": "waiting",
    "remittances_quarantinedquote": "waiting",
    "remittances_priceentry": "draft",
}

GUARD = (
    "".join(
        f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION remittances_refuse_change();
"""
        for table in APPEND_ONLY
    )
    + """
CREATE TRIGGER remittances_priceevidence_unchanged BEFORE UPDATE ON remittances_priceevidence
  FOR EACH ROW EXECUTE FUNCTION remittances_refuse_change();

ALTER TABLE remittances_priceevidence ADD CONSTRAINT priceevidence_is_what_it_says CHECK (
  octet_length(content) BETWEEN 1 AND 5242880 AND encode(sha256(content), 'hex') = sha256);

CREATE FUNCTION remittances_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  decision text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'reason', 'published_id'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> TG_ARGV[0] THEN
      RAISE EXCEPTION '% begins as %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF OLD.state = 'draft' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '% rows are never deleted', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state NOT IN ('draft', 'waiting') THEN
    RAISE EXCEPTION '% was decided and stays as it is', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF to_jsonb(OLD) -> 'entered_by_id' IS DISTINCT FROM to_jsonb(NEW) -> 'entered_by_id' THEN
    RAISE EXCEPTION '% keeps who entered it', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'waiting') THEN
    RAISE EXCEPTION '% waits for a second person before it is decided', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'waiting' AND (to_jsonb(OLD) - decision) <> (to_jsonb(NEW) - decision) THEN
    RAISE EXCEPTION '% is decided as it was entered', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""
    + "".join(
        f"""
CREATE TRIGGER {table}_decided_once BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION remittances_decided_once('{state}');
"""
        for table, state in BEGINS.items()
    )
)

UNGUARD = (
    "".join(f"DROP TRIGGER {table}_append_only ON {table};" for table in APPEND_ONLY)
    + "DROP TRIGGER remittances_priceevidence_unchanged ON remittances_priceevidence;"
    + "ALTER TABLE remittances_priceevidence DROP CONSTRAINT priceevidence_is_what_it_says;"
    + "".join(f"DROP TRIGGER {table}_decided_once ON {table};" for table in BEGINS)
    + "DROP FUNCTION remittances_decided_once();"
)
