-- Who took, or tried to take, a break-glass role.
-- Parameters: account, first day of CloudTrail, last day of CloudTrail.
SELECT eventtime, useridentity.arn AS arn, errorcode, sourceipaddress, json_extract_scalar(requestparameters, '$.roleArn') AS role
FROM cloudtrail
WHERE account = ? AND dt BETWEEN ? AND ? AND eventname = 'AssumeRole'
  AND json_extract_scalar(requestparameters, '$.roleArn') LIKE '%-break-glass'
ORDER BY eventtime, eventid
