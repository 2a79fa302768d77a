-- Changes of an environment to which nobody had said yes before, although the policies wanted somebody. Rollbacks need nobody beforehand.
-- Parameters: first day, last day, environment, look back to, last day.
WITH changes AS (
  SELECT release_id, min(happened_at) AS changed_at
  FROM ledger_events
  WHERE dt BETWEEN ? AND ? AND environment = ? AND kind IN ('applied', 'deployed') AND urgency <> 'rollback'
  GROUP BY release_id
)
SELECT changes.release_id, max(service) AS service, max(requester) AS requester, max(changed_at) AS changed_at
FROM changes
JOIN ledger_events AS events ON events.release_id = changes.release_id
WHERE events.dt BETWEEN ? AND ? AND events.chain_kind = 'releases'
GROUP BY changes.release_id
HAVING count_if(kind = 'judged' AND outcome = 'allow') = 0
  AND count_if(kind = 'decided' AND action = 'approve' AND happened_at <= changed_at) = 0
ORDER BY changed_at, changes.release_id
