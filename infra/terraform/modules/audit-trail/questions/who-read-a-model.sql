-- Who read objects below a prefix, as CloudTrail's data events say.
-- Parameters: account, first day of CloudTrail, last day of CloudTrail, bucket, prefix.
SELECT
  eventtime,
  useridentity.arn AS arn,
  coalesce(useridentity.sessioncontext.sourceidentity, useridentity.username, useridentity.invokedby) AS person,
  sourceipaddress,
  json_extract_scalar(requestparameters, '$.key') AS object,
  errorcode
FROM cloudtrail
WHERE account = ? AND dt BETWEEN ? AND ? AND eventsource = 's3.amazonaws.com' AND eventname = 'GetObject'
  AND json_extract_scalar(requestparameters, '$.bucketName') = ?
  AND starts_with(json_extract_scalar(requestparameters, '$.key'), ?)
ORDER BY eventtime, eventid
