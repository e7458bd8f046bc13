-- The archive: the stored bytes and the typed columns side by side, in Parquet.

-- name: type_log_piece
-- A piece of the log as the database gave it (`lines`); `bytes` is what is stored.
CREATE OR REPLACE TEMP TABLE piece AS
SELECT position, stream, version, topic, substr(stream, strpos(stream, ':') + 1) AS subject, readable,
    coalesce(bytes, encode(state)) AS bytes,
    CASE WHEN readable AND list_contains($noted, split_part(stream, ':', 1)) THEN CAST(state AS JSON) END AS noted,
    unnest(from_json(CASE WHEN readable THEN state END, $shape))
FROM (SELECT *, coalesce(json_valid(state), false) AS readable FROM lines);

-- name: whole_commands
-- The last position of this piece at which a command ends: the last one may go on in the next piece.
SELECT coalesce(max(position) FILTER (request <> (SELECT arg_max(request, position) FROM piece)), max(position)) FROM piece;

-- name: months_of_piece
-- The Shanghai months of recording in this piece, as unbroken spans of positions.
SELECT month, min(position), max(position)
FROM (
    SELECT position, month, sum(step) OVER (ORDER BY position) AS span
    FROM (
        SELECT position, month, CASE WHEN month = lag(month) OVER (ORDER BY position) THEN 0 ELSE 1 END AS step
        FROM (
            SELECT position, coalesce(strftime(business_day(recorded_at), '%Y-%m'), 'unknown') AS month FROM piece
            WHERE position <= $upto
        )
    )
)
GROUP BY span, month
ORDER BY min(position);

-- name: opened_before
-- Who was known before this piece: an account's number is the position of its opening.
CREATE OR REPLACE TABLE opened AS
SELECT subject AS account, CAST(min(position) AS INTEGER) AS no FROM read_parquet($files)
WHERE topic = 'AccountOpened' GROUP BY subject;

-- name: nobody_opened
CREATE OR REPLACE TABLE opened (account VARCHAR, no INTEGER);

-- name: opened_here
INSERT INTO opened
SELECT subject, CAST(min(position) AS INTEGER) FROM piece
WHERE topic = 'AccountOpened' AND subject NOT IN (SELECT account FROM opened) GROUP BY subject;

-- name: write_span
COPY (SELECT * FROM piece WHERE position >= $first AND position <= $last ORDER BY position)
TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880);

-- name: write_moves
-- What each of these events did to money and limits, signed, by the numbers of the people: folding sums whole numbers by
-- whole numbers then. Who has no number (was never opened) is folded by name, from the columns.
COPY (
    SELECT m.position, a.no AS account_no, b.no AS beneficiary_no, CAST(m.limit_year AS INTEGER) AS limit_year,
        nullif(m.current_fen, 0) AS current_move, nullif(m.carried_fen, 0) AS carried_move,
        nullif(m.suspense_fen, 0) AS suspense_move, nullif(m.reserved_fen, 0) AS reserved_move,
        nullif(m.held_current_fen + m.held_carried_fen, 0) AS held_move, m.use_fen AS use_move, NULL AS opened
    FROM account_moves(piece) m
    JOIN opened a ON a.account = m.account
    LEFT JOIN opened b ON b.account = m.beneficiary AND m.use_fen IS NOT NULL
    WHERE m.position >= $first AND m.position <= $last AND (m.use_fen IS NULL OR b.no IS NOT NULL)
    UNION ALL BY NAME
    SELECT p.position, o.no AS account_no, o.account AS opened FROM opened o JOIN piece p ON p.position = o.no
    WHERE p.position >= $first AND p.position <= $last
    ORDER BY account_no, position
) TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440);

-- name: unnumbered_count
-- How many of these events moved money of people without numbers.
SELECT (SELECT count(*) FROM account_moves(piece) WHERE position >= $first AND position <= $last)
    - (SELECT count(*) FROM read_parquet($file) WHERE opened IS NULL);

-- name: numbers_apart
-- The first event of a written file whose number is not that of the person it names.
SELECT min(m.position) FROM read_parquet($moves) m
JOIN read_parquet($file) f ON f.position = m.position
LEFT JOIN opened a ON a.no = m.account_no
LEFT JOIN opened b ON b.no = m.beneficiary_no
WHERE a.account IS DISTINCT FROM f.subject OR coalesce(m.opened, f.subject) <> f.subject
    OR (m.beneficiary_no IS NOT NULL AND b.account IS DISTINCT FROM f.beneficiary);

-- name: columns_apart
-- The first event of a written file whose columns do not say what its bytes say, read by a way of its own: paths
-- instead of a shape. An event that cannot be read has no columns to compare.
SELECT min(position) FROM (
    SELECT position, decode(bytes) AS text, line, "at", recorded_at, sources, legs, restored, uses, evidence, noted
    FROM (
        SELECT *, CAST(to_json(file) AS VARCHAR) AS line
        FROM (SELECT * EXCLUDE (bytes, noted), bytes, noted FROM read_parquet($file)) file
        WHERE readable
    )
)
WHERE CAST(json_extract_string(text, '$.at') AS TIMESTAMP) IS DISTINCT FROM "at"
    OR CAST(json_extract_string(text, '$.recorded_at') AS TIMESTAMP) IS DISTINCT FROM recorded_at
    OR CASE WHEN noted IS NOT NULL THEN CAST(noted AS VARCHAR) <> text ELSE
        json_extract_string(text, $paths) IS DISTINCT FROM json_extract_string(line, $paths)
        OR without_nulls(sources) IS DISTINCT FROM CAST(json_extract(text, '$.sources') AS VARCHAR)
        OR without_nulls(legs) IS DISTINCT FROM CAST(json_extract(text, '$.legs') AS VARCHAR)
        OR without_nulls(restored) IS DISTINCT FROM CAST(json_extract(text, '$.restored') AS VARCHAR)
        OR without_nulls(uses) IS DISTINCT FROM CAST(json_extract(text, '$.uses') AS VARCHAR)
        OR without_nulls(evidence) IS DISTINCT FROM CAST(json_extract(text, '$.evidence') AS VARCHAR)
        OR NOT list_has_all($names, json_keys(text))
    END;

-- name: without_nulls
-- A list of facts as JSON, as it is stored: fields that were left out are left out.
CREATE OR REPLACE MACRO without_nulls(facts) AS
regexp_replace(regexp_replace(CAST(to_json(facts) AS VARCHAR), '"[a-z0-9_]+":null,', '', 'g'), ',"[a-z0-9_]+":null', '', 'g');

-- name: sums_of_file
-- What a file says of itself in the manifest.
SELECT count(*) AS count, CAST(coalesce(sum(octet_length(bytes)), 0) AS BIGINT) AS stored_bytes,
    CAST(coalesce(sum(amount_fen), 0) AS BIGINT) AS amount_fen, CAST(coalesce(sum(cash_fen), 0) AS BIGINT) AS cash_fen,
    CAST(coalesce(sum(current_fen), 0) AS BIGINT) AS current_fen, CAST(coalesce(sum(carried_fen), 0) AS BIGINT) AS carried_fen
FROM read_parquet($file);

-- name: bytes_at
SELECT bytes FROM read_parquet($file) WHERE position = $position;
