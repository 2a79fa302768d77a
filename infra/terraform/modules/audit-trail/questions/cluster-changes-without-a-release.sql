-- What people and machines changed in a namespace of the cluster, or ran inside a pod there, and no release explains. The cluster's own controllers are left out.
-- Parameters: look back to, last day, first day of CloudTrail, last day of CloudTrail, namespace.
WITH releases AS (
  SELECT DISTINCT release_id
  FROM ledger_events
  WHERE dt BETWEEN ? AND ? AND chain_kind = 'releases'
)
SELECT requestreceivedtimestamp AS happened_at, "user".username AS username, verb, objectref.resource AS resource, objectref.subresource AS subresource, objectref.name AS name
FROM eks_audit
LEFT JOIN releases ON split_part("user".username, '/', 3) = release_id
WHERE dt BETWEEN ? AND ? AND stage = 'ResponseComplete' AND responsestatus.code < 400
  AND objectref.namespace = ?
  AND (verb IN ('create', 'update', 'patch', 'delete', 'deletecollection') OR objectref.subresource IN ('exec', 'attach', 'portforward'))
  AND NOT starts_with("user".username, 'system:')
  AND release_id IS NULL
ORDER BY requestreceivedtimestamp, auditid
