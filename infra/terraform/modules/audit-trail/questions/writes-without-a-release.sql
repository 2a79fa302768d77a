-- Writes that no release explains: by somebody else than a release's session, or by one at a time when that release was not at work.
-- Parameters: look back to, last day, account, first day of CloudTrail, last day of CloudTrail.
WITH releases AS (
  SELECT
    release_id,
    min(happened_at) AS from_time,
    max(happened_at) FILTER (WHERE kind IN ('closed', 'failed')) AS to_time
  FROM ledger_events
  WHERE dt BETWEEN ? AND ? AND chain_kind = 'releases'
  GROUP BY release_id
)
SELECT
  eventtime,
  eventsource,
  eventname,
  useridentity.type AS identity_type,
  useridentity.arn AS arn,
  useridentity.sessioncontext.sourceidentity AS person,
  eventid
FROM cloudtrail
LEFT JOIN releases
  ON split_part(useridentity.arn, '/', 3) = release_id
  -- CloudTrail leaves the fraction of a second away.
  AND date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') >= date_trunc('second', from_time)
  AND (to_time IS NULL OR date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') <= to_time)
WHERE account = ? AND dt BETWEEN ? AND ? AND readonly = 'false' AND errorcode IS NULL
  AND eventsource IN ('eks.amazonaws.com', 'iam.amazonaws.com', 's3.amazonaws.com', 'ecr.amazonaws.com', 'kms.amazonaws.com')
  -- What a service of AWS does by itself, such as rotating a key, is nobody's change.
  AND useridentity.invokedby IS NULL
  AND coalesce(useridentity.type, '') <> 'AWSService'
  AND release_id IS NULL
ORDER BY eventtime, eventid
