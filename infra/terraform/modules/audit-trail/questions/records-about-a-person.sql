-- Every record that names a person or a machine: who did something, or whose yes does not count for a release.
-- Parameters: first day, last day, subject, subject.
SELECT happened_at, chain, sequence, kind, who, requester, action, why
FROM ledger_events
WHERE dt BETWEEN ? AND ?
  AND (contains(split(who, ', '), ?) OR (kind IN ('fetched', 'judged') AND contains(interested, lower(?))))
ORDER BY happened_at, chain, sequence
