-- Findings that stopped a release, and how long it took until the release was back. Seconds: only what took longer, or did not happen; 0 lists all.
-- Parameters: first day, last day, environment, first day, look ahead to, seconds.
WITH stopped AS (
  SELECT release_id, finding, max(severity) AS severity, min(happened_at) AS found_at
  FROM ledger_events
  WHERE dt BETWEEN ? AND ? AND environment = ? AND kind = 'threatened' AND outcome = 'stop'
  GROUP BY release_id, finding
),
answered AS (
  SELECT stopped.release_id, stopped.finding, stopped.severity, found_at, min(events.happened_at) AS back_at
  FROM stopped
  LEFT JOIN ledger_events AS events
    ON events.dt BETWEEN ? AND ? AND events.release_id = stopped.release_id AND events.kind IN ('rolledBack', 'closed') AND events.happened_at >= found_at
  GROUP BY stopped.release_id, stopped.finding, stopped.severity, found_at
)
SELECT release_id, finding, severity, found_at, back_at, date_diff('second', found_at, back_at) AS seconds
FROM answered
WHERE back_at IS NULL OR date_diff('second', found_at, back_at) > ?
ORDER BY found_at, release_id, finding
