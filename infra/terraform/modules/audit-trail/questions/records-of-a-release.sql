-- The records of a release themselves, in order; a step other than 1, or a previous hash that is not the hash before, is tampering.
-- Parameters: release.
SELECT
  sequence,
  event.type,
  event."time" AS happened_at,
  event.data,
  hash,
  previoushash,
  lag(hash) OVER (ORDER BY sequence) AS expected_previous,
  sequence - lag(sequence) OVER (ORDER BY sequence) AS step
FROM ledger
WHERE release = ?
ORDER BY sequence
