-- What went by another way than usual: freezes that were passed, undos that were given up, hotfixes and rollbacks, lines that were stopped and resumed.
-- Parameters: first day, last day, environment.
SELECT
  happened_at,
  release_id,
  service,
  CASE kind WHEN 'requested' THEN urgency ELSE action END AS what,
  who,
  why,
  coalesce(ticket, incident) AS ticket
FROM ledger_events
WHERE dt BETWEEN ? AND ? AND environment = ?
  AND (
    kind IN ('freezeOverridden', 'undoSkipped')
    OR (kind = 'requested' AND urgency IN ('hotfix', 'rollback'))
    OR (kind = 'acted' AND action IN ('stopped the line', 'resumed the line'))
  )
ORDER BY happened_at, release_id
