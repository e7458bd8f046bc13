-- An archive's events as they are stored, for those who read the log event by event.

-- name: stored_rows
SELECT position, stream, version, topic, bytes FROM read_parquet($file) ORDER BY position;

-- name: requests_again
-- Request ids that more than one command came with, and where the first answer stands: what one command wrote stands
-- together, under one time of recording, and a refusal or repeat stands alone. What no command asked for answers nobody.
SELECT request, min(position) FILTER (topic <> 'PolicyRecorded') AS position
FROM read_parquet($files)
WHERE request IS NOT NULL AND NOT list_contains($noted, split_part(stream, ':', 1))
GROUP BY request
HAVING max(position) - min(position) + 1 <> count(*) OR min(recorded_at) IS DISTINCT FROM max(recorded_at)
    OR count(*) > 1 AND bool_or(topic IN ('RequestRefused', 'RequestRepeated'));
