-- Who read objects below a prefix, as the bucket's own access log says: also where no data events are recorded. Delivered when S3 finds the time.
-- Parameters: bucket, prefix, first day, last day.
SELECT requested_at, requester, remote_ip, object_key AS object, http_status, user_agent
FROM (
  SELECT *, date_parse(split_part(request_time, ' ', 1), '%d/%b/%Y:%H:%i:%s') AS requested_at
  FROM access_logs
  WHERE bucket = ? AND operation = 'REST.GET.OBJECT' AND starts_with(object_key, ?)
) AS requests
WHERE CAST(requested_at AS date) BETWEEN CAST(? AS date) AND CAST(? AS date)
ORDER BY requested_at, request_id
