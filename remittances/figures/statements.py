"""The SQL that works out the figures of corridors, for any scope of corridors and quarters.

Everything is `numeric`: no float comes near an average. `percentile_cont` knows only floats, so the
median is read out of the ordered array. A scope is a query that gives (origin_id, destination_id,
period); what no longer stands in it is deleted, the rest written.
"""

from __future__ import annotations

TABLE = "remittances_corridorquarter"
KEY = ("origin_id", "destination_id", "period")

KEYS = "SELECT DISTINCT * FROM unnest(%s::text[], %s::text[], %s::text[])"
EVERYTHING = f"""
  SELECT origin_id, destination_id, period FROM remittances_surveyedservice WHERE kind = 'survey'
  UNION SELECT origin_id, destination_id, period FROM remittances_corridoraverage
  UNION SELECT origin_id, destination_id, period FROM {TABLE}
"""  # noqa: S608  Our own names.
# A later file may give a row another corridor: then the earlier corridor loses it.
DATASET = " UNION ".join(
    f"""
  SELECT origin_id, destination_id, period FROM {table} WHERE dataset_id = %s
  UNION SELECT old.origin_id, old.destination_id, old.period FROM {table} old
    JOIN {table} new ON new.supersedes_id = old.id WHERE new.dataset_id = %s
"""  # noqa: S608  Our own names.
    for table in ("remittances_surveyedservice", "remittances_corridoraverage")
)
NAMES = """
  SELECT DISTINCT origin_id, destination_id, period FROM remittances_surveyedservice
  WHERE kind = 'survey' AND name_id = ANY(%s)
"""

_SURVEYED = """
  SELECT s.origin_id, s.destination_id, s.period,
    count(*) FILTER (WHERE counts) AS services,
    count(DISTINCT n.provider_id) FILTER (WHERE counts) AS firms,
    array_agg(s.total_pct_1 ORDER BY s.total_pct_1) FILTER (WHERE counts) AS totals,
    avg(s.total_pct_1) FILTER (WHERE counts) AS mean_200,
    avg(s.fee_1 * 100 / s.amount_1) FILTER (WHERE counts) AS fee_mean_200,
    avg(s.margin_pct_1) FILTER (WHERE counts) AS margin_mean_200,
    avg(s.total_pct_2) FILTER (WHERE s.transparent) AS mean_500,
    count(*) AS rows_surveyed,
    count(*) FILTER (WHERE s.transparent) AS rows_transparent,
    count(*) FILTER (WHERE s.total_pct_1 IS NOT NULL AND s.total_pct_2 IS NOT NULL)
      AS rows_two_amounts,
    count(*) FILTER (WHERE s.speed NOT IN ('', 'N/A')) AS rows_with_speed,
    count(*) FILTER (WHERE s.provider_type <> '') AS rows_with_type,
    count(s.collected_on) AS rows_with_day,
    count(DISTINCT n.provider_id) AS firms_surveyed,
    min(s.collected_on) AS first_day, max(s.collected_on) AS last_day,
    mode() WITHIN GROUP (ORDER BY s.currency) AS currency,
    array_agg(s.amount_1) || array_agg(s.amount_2) AS amounts,
    array_agg(DISTINCT d.sha256) AS sources
  FROM scope JOIN remittances_surveyedservice s USING (origin_id, destination_id, period)
  JOIN remittances_providername n ON n.spelling = s.name_id
  JOIN remittances_dataset d ON d.id = s.dataset_id
  CROSS JOIN LATERAL (SELECT s.transparent AND s.total_pct_1 IS NOT NULL AS counts) AS which
  WHERE s.kind = 'survey'
    AND NOT EXISTS (SELECT FROM remittances_surveyedservice later WHERE later.supersedes_id = s.id)
  GROUP BY s.origin_id, s.destination_id, s.period
"""
_PUBLISHED = """
  SELECT DISTINCT ON (a.origin_id, a.destination_id, a.period)
    a.origin_id, a.destination_id, a.period, a.mean_200, a.services, a.firms,
    d.computed_by, d.sha256, c.currency
  FROM scope JOIN remittances_corridoraverage a USING (origin_id, destination_id, period)
  JOIN remittances_dataset d ON d.id = a.dataset_id
  JOIN remittances_country c ON c.iso3 = a.origin_id
  WHERE a.mean_200 IS NOT NULL
    AND NOT EXISTS (SELECT FROM remittances_corridoraverage later WHERE later.supersedes_id = a.id)
  ORDER BY a.origin_id, a.destination_id, a.period, a.row_key DESC
"""
# What each column holds; the totals are in order, so their middle is the median.
COLUMNS = {
    "services": "coalesce(s.services, 0)",
    "firms": "coalesce(s.firms, 0)",
    "mean_200": "s.mean_200",
    "median_200": "(totals[(s.services + 1) / 2] + totals[(s.services + 2) / 2]) / 2",
    "least_200": "totals[1]",
    "most_200": "totals[s.services]",
    "cheapest3_200": "(SELECT avg(cheap) FROM unnest(totals[1:3]) AS cheap)",
    "fee_mean_200": "s.fee_mean_200",
    "margin_mean_200": "s.margin_mean_200",
    "mean_500": "s.mean_500",
    "published_mean_200": "p.mean_200",
    "published_services": "p.services",
    "published_firms": "p.firms",
    "published_source": "coalesce(p.computed_by, '')",
    "rows_surveyed": "coalesce(s.rows_surveyed, 0)",
    "rows_transparent": "coalesce(s.rows_transparent, 0)",
    "rows_two_amounts": "coalesce(s.rows_two_amounts, 0)",
    "rows_with_speed": "coalesce(s.rows_with_speed, 0)",
    "rows_with_type": "coalesce(s.rows_with_type, 0)",
    "rows_with_day": "coalesce(s.rows_with_day, 0)",
    "firms_surveyed": "coalesce(s.firms_surveyed, 0)",
    "first_day": "s.first_day",
    "last_day": "s.last_day",
    "currency": "coalesce(s.currency, p.currency, '')",
    "amounts": "ARRAY(SELECT DISTINCT a FROM unnest(s.amounts) a WHERE a IS NOT NULL ORDER BY a)",
    "sources": "ARRAY(SELECT DISTINCT u FROM unnest(s.sources || p.sha256::varchar) u"
    " WHERE u IS NOT NULL ORDER BY u)",
}


def _worked_out(scope: str) -> str:
    """Return the beginning of a statement: the figures of a scope, as `fresh`."""
    figures = ", ".join(f"{value} AS {name}" for name, value in COLUMNS.items())
    return f"""
WITH scope (origin_id, destination_id, period) AS ({scope}),
surveyed AS ({_SURVEYED}),
published AS ({_PUBLISHED}),
fresh AS (
  SELECT origin_id, destination_id, period, {figures}
  FROM surveyed s FULL JOIN published p USING (origin_id, destination_id, period)
)"""  # noqa: S608  Our own names.


def writing(scope: str) -> str:
    """Return the statement that brings the table into step within a scope."""
    names = ", ".join((*KEY, *COLUMNS))
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS)
    return f"""{_worked_out(scope)},
gone AS (
  DELETE FROM {TABLE} q USING scope
  WHERE (q.origin_id, q.destination_id, q.period)
      = (scope.origin_id, scope.destination_id, scope.period)
    AND NOT EXISTS (
      SELECT FROM fresh WHERE (fresh.origin_id, fresh.destination_id, fresh.period)
        = (scope.origin_id, scope.destination_id, scope.period))
)
INSERT INTO {TABLE} ({names}) SELECT {names} FROM fresh
ON CONFLICT (origin_id, destination_id, period) DO UPDATE SET {changes}
"""  # noqa: S608  Our own names.


def comparing() -> str:
    """Return the query for the keys at which the table differs from what it should hold."""
    names = ", ".join((*KEY, *_rounded()))
    stored = ", ".join((*KEY, *COLUMNS))
    return f"""{_worked_out(EVERYTHING)},
due AS (SELECT {names} FROM fresh),
kept AS (SELECT {stored} FROM {TABLE}),
differing AS (
  (SELECT * FROM due EXCEPT SELECT * FROM kept) UNION (SELECT * FROM kept EXCEPT SELECT * FROM due)
)
SELECT DISTINCT origin_id || destination_id || ' ' || period AS place FROM differing ORDER BY place
"""  # noqa: S608  Our own names.


def _rounded() -> list[str]:
    """Return the columns as the table keeps them: percentages to 24 decimals."""
    return [f"round({name}, 24)" if name.endswith(("_200", "_500")) else name for name in COLUMNS]
