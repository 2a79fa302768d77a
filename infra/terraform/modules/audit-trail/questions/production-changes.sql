-- The population: every release that changed an environment, one line each, with who asked, who said yes and how it ended.
-- Parameters: first day, last day, environment, look back to, look ahead to.
WITH changes AS (
  SELECT DISTINCT release_id
  FROM ledger_events
  WHERE dt BETWEEN ? AND ? AND environment = ? AND kind IN ('applied', 'deployed', 'shifted', 'published')
)
SELECT
  events.release_id,
  max(service) AS service,
  max(team) AS team,
  max(urgency) AS urgency,
  max(requester) AS requester,
  max(requested_because) AS reason,
  min(requested_at) AS requested_at,
  max(source_commit) AS source_commit,
  max(model_version) AS model_version,
  count_if(kind = 'scanned') AS scans,
  array_join(array_sort(array_agg(DISTINCT who) FILTER (WHERE kind = 'decided' AND action = 'approve')), ', ') AS approvers,
  min(happened_at) FILTER (WHERE kind = 'intended') AS changed_from,
  max(happened_at) FILTER (WHERE kind IN ('closed', 'failed')) AS ended_at,
  max_by(outcome, happened_at) FILTER (WHERE kind IN ('closed', 'failed')) AS outcome
FROM ledger_events AS events
JOIN changes ON events.release_id = changes.release_id
WHERE events.dt BETWEEN ? AND ? AND events.chain_kind = 'releases'
GROUP BY events.release_id
ORDER BY requested_at, events.release_id
