-- Calls that were refused to somebody who is known: who wanted what, and why not.
-- Parameters: first day, last day.
SELECT happened_at, who, who_kind, action, release_id, outcome, why
FROM ledger_events
WHERE dt BETWEEN ? AND ? AND kind = 'callRefused'
ORDER BY happened_at, who
