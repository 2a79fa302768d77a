-- A yes without a second factor, or with one that was shown too long before. Minutes: where the environment does not say how long.
-- Parameters: first day, last day, environment, minutes.
SELECT release_id, service, happened_at, who, mfa, authenticated_at, mfa_within_minutes
FROM ledger_events
WHERE dt BETWEEN ? AND ? AND environment = ? AND kind = 'decided' AND action = 'approve'
  AND (
    NOT coalesce(mfa, false)
    OR authenticated_at IS NULL
    OR date_diff('second', authenticated_at, happened_at) > 60 * coalesce(mfa_within_minutes, ?)
  )
ORDER BY happened_at, release_id
