-- Waivers without which a release would have been denied, with their owners and ends.
-- Parameters: first day, last day, environment.
SELECT
  min(happened_at) AS first_used_at,
  release_id,
  json_extract_scalar(waiver, '$.name') AS name,
  max(json_extract_scalar(waiver, '$.rule')) AS rule,
  max(json_extract_scalar(waiver, '$.address')) AS address,
  max(json_extract_scalar(waiver, '$.owner')) AS owner,
  max(json_extract_scalar(waiver, '$.reason')) AS reason,
  max(json_extract_scalar(waiver, '$.until')) AS until
FROM ledger_events
CROSS JOIN UNNEST(waivers) AS used (waiver)
WHERE dt BETWEEN ? AND ? AND environment = ? AND kind = 'judged'
GROUP BY release_id, json_extract_scalar(waiver, '$.name')
ORDER BY first_used_at, release_id, name
