-- Which catalog and which policies began to be in force: each change, and the first of the period.
-- Parameters: first day, last day.
WITH seen AS (
  SELECT happened_at, action, object, lag(object) OVER (PARTITION BY action ORDER BY happened_at, sequence) AS object_before
  FROM ledger_events
  WHERE dt BETWEEN ? AND ? AND kind = 'acted' AND action IN ('catalog in force', 'policies in force')
)
SELECT happened_at, action, object, object_before
FROM seen
WHERE object_before IS NULL OR object <> object_before
ORDER BY happened_at, action
