-- Places where a chain is not one: a record that is missing, or that was written after another one. Whole chains are proved by plimsoll verify.
-- Parameters: first day, last day.
WITH steps AS (
  SELECT
    chain,
    sequence,
    previous_hash,
    lag(sequence) OVER (PARTITION BY chain ORDER BY sequence) AS sequence_before,
    lag(hash) OVER (PARTITION BY chain ORDER BY sequence) AS hash_before
  FROM ledger_events
  WHERE dt BETWEEN ? AND ?
)
SELECT chain, sequence, sequence_before, previous_hash, hash_before
FROM steps
WHERE sequence_before IS NOT NULL AND (sequence <> sequence_before + 1 OR previous_hash IS NULL OR previous_hash <> hash_before)
ORDER BY chain, sequence
