-- A yes from somebody who asked for the release, wrote a commit of it, or owns a waiver that it needs.
-- Parameters: first day, last day, environment.
SELECT release_id, service, happened_at, who, requester, array_join(interested, ', ') AS interested
FROM ledger_events
WHERE dt BETWEEN ? AND ? AND environment = ? AND kind = 'decided' AND action = 'approve' AND contains(interested, lower(who))
ORDER BY happened_at, release_id
