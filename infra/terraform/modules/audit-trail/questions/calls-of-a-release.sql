-- Everything AWS did for a release.
-- Parameters: account, first day of CloudTrail, last day of CloudTrail, release.
SELECT eventtime, eventsource, eventname, errorcode, useridentity.sessioncontext.sourceidentity AS person
FROM cloudtrail
WHERE account = ? AND dt BETWEEN ? AND ? AND split_part(useridentity.arn, '/', 3) = ?
ORDER BY eventtime, eventid
