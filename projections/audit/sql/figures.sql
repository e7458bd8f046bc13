-- What the log alone comes to. Every figure is a sum or a last value over typed columns; nothing is remembered.

-- name: names
-- Whose number is whose; in an archive only.
CREATE OR REPLACE TABLE names AS
SELECT CAST(position AS INTEGER) AS no, opened AS account FROM moves WHERE opened IS NOT NULL;

-- name: nobody_numbered
CREATE OR REPLACE TABLE money (
    account VARCHAR, current_fen BIGINT, carried_fen BIGINT, reserved_fen BIGINT, held_fen BIGINT, suspense_fen BIGINT
);
CREATE OR REPLACE TABLE limits (beneficiary VARCHAR, year INTEGER, binder VARCHAR, used_fen BIGINT);

-- name: moves_by_number
-- What all events did to each account, and to each yearly limit: where people have numbers.
CREATE OR REPLACE TABLE money AS
SELECT n.account, m.current_fen, m.carried_fen, m.reserved_fen, m.held_fen, m.suspense_fen
FROM (
    SELECT account_no, CAST(coalesce(sum(current_move), 0) AS BIGINT) AS current_fen,
        CAST(coalesce(sum(carried_move), 0) AS BIGINT) AS carried_fen,
        CAST(coalesce(sum(reserved_move), 0) AS BIGINT) AS reserved_fen,
        CAST(coalesce(sum(held_move), 0) AS BIGINT) AS held_fen,
        CAST(coalesce(sum(suspense_move), 0) AS BIGINT) AS suspense_fen
    FROM moves
    WHERE opened IS NULL
    GROUP BY account_no
) m
JOIN names n ON n.no = m.account_no;
CREATE OR REPLACE TABLE limits AS
SELECT f.account AS beneficiary, m.limit_year AS year, b.account AS binder, m.used_fen
FROM (
    SELECT beneficiary_no, limit_year, account_no, CAST(sum(use_move) AS BIGINT) AS used_fen FROM moves
    WHERE use_move IS NOT NULL
    GROUP BY beneficiary_no, limit_year, account_no
) m
JOIN names f ON f.no = m.beneficiary_no
JOIN names b ON b.no = m.account_no;

-- name: moves_by_name
-- The same with those who have none. Use is what the payers' accounts say; what the families say was held against it
-- event by event (`use` claims).
CREATE OR REPLACE TABLE money AS
SELECT account, CAST(sum(current_fen) AS BIGINT) AS current_fen, CAST(sum(carried_fen) AS BIGINT) AS carried_fen,
    CAST(sum(reserved_fen) AS BIGINT) AS reserved_fen, CAST(sum(held_fen) AS BIGINT) AS held_fen,
    CAST(sum(suspense_fen) AS BIGINT) AS suspense_fen
FROM (
    FROM money
    UNION ALL
    SELECT account, sum(current_fen), sum(carried_fen), sum(reserved_fen), sum(held_current_fen + held_carried_fen),
        sum(suspense_fen)
    FROM account_moves(unnumbered)
    GROUP BY account
)
GROUP BY account;
CREATE OR REPLACE TABLE limits AS
SELECT beneficiary, year, binder, CAST(sum(used_fen) AS BIGINT) AS used_fen
FROM (
    FROM limits
    UNION ALL
    SELECT beneficiary, limit_year, account, sum(use_fen) FROM account_moves(unnumbered)
    WHERE use_fen IS NOT NULL
    GROUP BY beneficiary, limit_year, account
)
GROUP BY beneficiary, year, binder;

-- name: balances
CREATE OR REPLACE TABLE balances AS
SELECT account, current_fen, carried_fen, current_fen + carried_fen AS balance_fen, reserved_fen, held_fen,
    greatest(0, current_fen + carried_fen - reserved_fen - held_fen) AS available_fen, suspense_fen
FROM money;

-- name: accounts
CREATE OR REPLACE TABLE accounts AS
SELECT subject AS account, max_by(region, position) FILTER (region IS NOT NULL) AS region, any_value(insurance) AS insurance,
    coalesce(max_by(status, position) FILTER (status IS NOT NULL), 'active') AS status
FROM events
WHERE topic IN ('AccountOpened', 'AccountTransferred', 'StatusChanged')
GROUP BY subject;

-- name: quotas
CREATE OR REPLACE TABLE quotas AS
SELECT beneficiary, binding, account AS binder, CAST(sum(reserved_fen) AS BIGINT) AS quota_fen
FROM account_moves(events)
WHERE reserved_fen <> 0
GROUP BY beneficiary, binding, account;

-- name: holds
CREATE OR REPLACE TABLE holds AS
SELECT settlement, beneficiary, amount_fen, position FROM (
    SELECT subject AS settlement, beneficiary, amount_fen, position FROM events
    WHERE topic = 'SettlementDecided' AND op = 'hold'
)
WHERE settlement NOT IN (SELECT subject FROM events WHERE topic IN ('SettlementCaptured', 'SettlementReleased'));

-- name: orders
-- Who pays for whom, in which place. A binder bound after the last reordering stands behind those it named.
CREATE OR REPLACE TABLE orders AS
WITH steps AS (
    SELECT position, "at", subject AS beneficiary, topic, binding, kind, binder, relation, limit_fen, "order" AS named FROM events
    WHERE topic IN ('Bound', 'Unbound', 'LimitSet', 'PriorityReordered')
), standing AS (
    SELECT * FROM steps b
    WHERE topic = 'Bound' AND kind = 'mutual_aid' AND NOT EXISTS (
        SELECT 1 FROM steps u WHERE u.topic = 'Unbound' AND u.beneficiary = b.beneficiary AND u.binding = b.binding
    )
), last_limits AS (
    SELECT beneficiary, binding, arg_max_null(limit_fen, position) AS limit_fen FROM steps
    WHERE topic IN ('Bound', 'LimitSet') GROUP BY beneficiary, binding
), last_orders AS (
    SELECT beneficiary, max(position) AS position, from_json(arg_max(named, position), '["VARCHAR"]') AS named FROM steps
    WHERE topic = 'PriorityReordered' GROUP BY beneficiary
)
SELECT s.beneficiary, row_number() OVER (
        PARTITION BY s.beneficiary
        ORDER BY CASE WHEN s.position < o.position THEN list_position(o.named, s.binder) END NULLS LAST, s.position
    ) AS rank, s.binder, s.relation, s."at" AS since, l.limit_fen, s.binding
FROM standing s
LEFT JOIN last_limits l ON l.beneficiary = s.beneficiary AND l.binding = s.binding
LEFT JOIN last_orders o ON o.beneficiary = s.beneficiary;

-- name: used_by_year
-- What shared money paid in a year, over everybody.
CREATE OR REPLACE TABLE used_by_year AS
SELECT year, CAST(sum(used_fen) AS BIGINT) AS used_fen FROM limits GROUP BY year;

-- name: totals
-- Per institution and Shanghai day: what was settled, and what went back. A charge or premium counts on its own day, a
-- hold on the day of its capture, a refund as a reverse entry on the day it happened.
CREATE OR REPLACE TABLE totals AS
WITH bills AS (
    SELECT subject AS settlement, institution, beneficiary, business_day("at") AS day, coalesce(op, 'charge') AS op,
        amount_fen, coalesce(cash_fen, 0) AS cash_fen, coalesce(list_sum(list_transform(
            list_filter(sources, lambda s: s.payer = beneficiary),
            lambda s: coalesce(s.from_current_fen, 0) + coalesce(s.from_carried_fen, 0))), 0) AS own_fen
    FROM events WHERE topic = 'SettlementDecided'
), later AS (
    SELECT subject AS settlement, topic, business_day("at") AS day, amount_fen, cash_fen, restored FROM events
    WHERE topic IN ('SettlementCaptured', 'SettlementRefunded')
), entries AS (
    SELECT institution, day, 1 AS settlements, 0 AS refunds, amount_fen, own_fen, cash_fen, 0 AS refunded_fen,
        0 AS refunded_own_fen, 0 AS refunded_cash_fen
    FROM bills WHERE op <> 'hold'
    UNION ALL
    SELECT b.institution, l.day, 1, 0, b.amount_fen, b.own_fen, b.cash_fen, 0, 0, 0
    FROM later l JOIN bills b ON b.settlement = l.settlement
    WHERE l.topic = 'SettlementCaptured'
    UNION ALL
    SELECT b.institution, l.day, 0, 1, 0, 0, 0, l.amount_fen,
        coalesce(list_sum(list_transform(list_filter(l.restored, lambda r: r.payer = b.beneficiary), lambda r: r.amount_fen)), 0),
        l.cash_fen
    FROM later l JOIN bills b ON b.settlement = l.settlement
    WHERE l.topic = 'SettlementRefunded'
)
SELECT institution, day, CAST(sum(settlements) AS BIGINT) AS settlements, CAST(sum(amount_fen) AS BIGINT) AS amount_fen,
    CAST(sum(own_fen) AS BIGINT) AS own_fen, CAST(sum(amount_fen - own_fen - cash_fen) AS BIGINT) AS shared_fen,
    CAST(sum(cash_fen) AS BIGINT) AS cash_fen, CAST(sum(refunds) AS BIGINT) AS refunds,
    CAST(sum(refunded_fen) AS BIGINT) AS refunded_fen, CAST(sum(refunded_own_fen) AS BIGINT) AS refunded_own_fen,
    CAST(sum(refunded_cash_fen) AS BIGINT) AS refunded_cash_fen
FROM entries
GROUP BY institution, day;

-- name: lines_of
-- The rows of one kind of figure as text, sorted: what its digest is taken over.
SELECT CAST(to_json(t) AS VARCHAR) AS line FROM query_table($figure) t ORDER BY line;

-- name: sums
-- What all accounts, quotas, limits and settlements come to, in fen.
SELECT 'balance_fen' AS name, CAST(coalesce(sum(balance_fen), 0) AS BIGINT) AS fen FROM balances
UNION ALL SELECT 'held_fen', CAST(coalesce(sum(held_fen), 0) AS BIGINT) FROM balances
UNION ALL SELECT 'reserved_fen', CAST(coalesce(sum(reserved_fen), 0) AS BIGINT) FROM balances
UNION ALL SELECT 'suspense_fen', CAST(coalesce(sum(suspense_fen), 0) AS BIGINT) FROM balances
UNION ALL SELECT 'used_fen', CAST(coalesce(sum(used_fen), 0) AS BIGINT) FROM limits
UNION ALL SELECT 'settled_fen', CAST(coalesce(sum(amount_fen), 0) AS BIGINT) FROM totals
UNION ALL SELECT 'refunded_fen', CAST(coalesce(sum(refunded_fen), 0) AS BIGINT) FROM totals;

-- name: found_differences
SELECT position, kind, place, subject, expected, found FROM differences ORDER BY position, kind, place, subject;

-- name: out_of_place
-- The events around those that stand where they cannot; none when there are too many to tell them apart.
WITH seeds AS (
    SELECT DISTINCT position FROM differences
    WHERE place IN ('log', 'request_keys')
        AND kind IN ('event_out_of_place', 'version_out_of_line', 'counterpart_missing', 'key_differs', 'recorded_out_of_order')
)
SELECT position, stream, version, topic, coalesce(request, '') AS request, coalesce(rank, 0) AS rank FROM events
WHERE (SELECT count(*) FROM seeds) BETWEEN 1 AND 40
    AND position IN (SELECT position + step FROM seeds, (VALUES (-2), (-1), (0), (1), (2)) AS steps (step))
ORDER BY position;

-- name: grammar_pairs
SELECT before, topic FROM may_follow
UNION ALL
SELECT topic, '' FROM homes WHERE topic NOT IN (SELECT topic FROM may_not_end);

-- name: some_accounts
-- Accounts for a closer look, the same for the same log; all of them when `$many` says so.
SELECT account FROM accounts ORDER BY hash(account, getvariable('upto')) LIMIT $many;

-- name: some_families
SELECT beneficiary FROM (
    SELECT beneficiary FROM orders UNION SELECT beneficiary FROM limits
) ORDER BY hash(beneficiary, getvariable('upto')) LIMIT $many;

-- name: figures_of_accounts
SELECT a.account, a.region, a.insurance, a.status, coalesce(b.current_fen, 0) AS current_fen,
    coalesce(b.carried_fen, 0) AS carried_fen, coalesce(b.suspense_fen, 0) AS suspense_fen,
    coalesce(b.reserved_fen, 0) AS reserved_fen, coalesce(b.held_fen, 0) AS held_fen,
    coalesce(b.available_fen, 0) AS available_fen
FROM accounts a LEFT JOIN balances b ON b.account = a.account
WHERE list_contains($names, a.account);

-- name: quotas_of_accounts
SELECT binder, beneficiary, binding, quota_fen FROM quotas WHERE list_contains($names, binder);

-- name: orders_of_families
SELECT beneficiary, rank, binder, binding, limit_fen FROM orders WHERE list_contains($names, beneficiary)
ORDER BY beneficiary, rank;

-- name: limits_of_families
SELECT beneficiary, binder, year, used_fen FROM limits WHERE list_contains($names, beneficiary);

-- name: holds_of_families
SELECT beneficiary, settlement FROM holds WHERE list_contains($names, beneficiary) ORDER BY settlement;

-- name: moves_of_account
-- What each event of one account comes to, up to and with it.
SELECT position, sum(current_fen) OVER w, sum(carried_fen) OVER w, sum(suspense_fen) OVER w, sum(reserved_fen) OVER w,
    sum(held_current_fen + held_carried_fen) OVER w
FROM account_moves(events)
WHERE account = $account
WINDOW w AS (ORDER BY position ROWS UNBOUNDED PRECEDING)
ORDER BY position;

-- name: money_of_all
SELECT account, current_fen, carried_fen, suspense_fen, reserved_fen, held_fen FROM balances;

-- name: uses_of_all
SELECT beneficiary, year, binder, used_fen FROM limits;
