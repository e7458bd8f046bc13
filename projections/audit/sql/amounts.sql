-- Whether the amounts in the log agree with each other. What the settlement says is claimed (side 1), what
-- accounts and families say is done (side -1); both must come to nothing for each settlement and person.

-- name: sums_of_settlements
-- What the sources paid and the cash are the bill; what a refund gives back is its amount.
INSERT INTO differences
SELECT position, 'amount_differs', 'log', stream, concat('sources and cash of ', amount_fen, ' fen'), concat(parts, ' fen')
FROM (
    SELECT position, stream, amount_fen, coalesce(cash_fen, 0) + coalesce(list_sum(
        list_transform(sources, lambda s: coalesce(s.from_current_fen, 0) + coalesce(s.from_carried_fen, 0))
    ), 0) AS parts
    FROM chunk WHERE topic = 'SettlementDecided'
    UNION ALL
    SELECT position, stream, amount_fen,
        coalesce(cash_fen, 0) + coalesce(list_sum(list_transform(restored, lambda r: r.amount_fen)), 0)
    FROM chunk WHERE topic = 'SettlementRefunded'
)
WHERE parts <> amount_fen;

-- name: sums_of_given
-- Legs that were told in another order or in parts are what their payers paid, bucket by bucket.
INSERT INTO differences
SELECT position, 'amount_differs', 'log', stream, 'the legs as told', 'others'
FROM (
    SELECT position, stream, payer, sum(current_fen) AS current_fen, sum(carried_fen) AS carried_fen
    FROM (
        SELECT position, stream, leg.payer AS payer, CASE leg.bucket WHEN 'current' THEN leg.amount_fen ELSE 0 END AS current_fen,
            CASE leg.bucket WHEN 'carried' THEN leg.amount_fen ELSE 0 END AS carried_fen
        FROM (SELECT position, stream, unnest(given) AS leg FROM chunk WHERE topic = 'SettlementDecided' AND given IS NOT NULL)
        UNION ALL
        SELECT position, stream, s.payer, -coalesce(s.from_current_fen, 0), -coalesce(s.from_carried_fen, 0)
        FROM (SELECT position, stream, unnest(sources) AS s FROM chunk WHERE topic = 'SettlementDecided' AND given IS NOT NULL)
    )
    GROUP BY position, stream, payer
)
WHERE current_fen <> 0 OR carried_fen <> 0
GROUP BY position, stream;

-- name: sums_of_refunds
-- What a refund gives back of a limit is all that this payer got back, or nothing.
INSERT INTO differences
SELECT position, 'amount_differs', 'log', stream,
    concat(coalesce(current_fen, 0) + coalesce(carried_fen, 0) + coalesce(suspense_fen, 0), ' fen of the limit'), concat(limit_fen, ' fen')
FROM chunk
WHERE topic = 'CoPaymentRefunded'
    AND coalesce(limit_fen, 0) <> CASE
        WHEN limit_year IS NULL THEN 0
        ELSE coalesce(current_fen, 0) + coalesce(carried_fen, 0) + coalesce(suspense_fen, 0)
    END;

-- name: claims_of_settlements
INSERT INTO claims
SELECT concat('payment ', CASE WHEN op = 'hold' THEN 'held' ELSE 'charged' END), settlement, NULL, asked.payer, 1, position,
    coalesce(asked.from_current_fen, 0), coalesce(asked.from_carried_fen, 0),
    hash(coalesce(asked.rank, 0), asked.binding, asked.account_version) % 1000000007
FROM decided_sources(chunk)
WHERE coalesce(asked.from_current_fen, 0) + coalesce(asked.from_carried_fen, 0) <> 0
UNION ALL
SELECT CASE WHEN op = 'hold' THEN 'use held' ELSE 'use' END, settlement, beneficiary, asked.payer, 1, position,
    coalesce(asked.from_current_fen, 0) + coalesce(asked.from_carried_fen, 0), 0,
    hash(coalesce(asked.binding, 0), year) % 1000000007
FROM decided_sources(chunk)
WHERE op <> 'pay_premium' AND coalesce(asked.rank, 0) > 0
    AND coalesce(asked.from_current_fen, 0) + coalesce(asked.from_carried_fen, 0) <> 0
UNION ALL
SELECT CASE topic WHEN 'SettlementCaptured' THEN 'payment captured' ELSE 'payment released' END, settlement, NULL,
    leg.payer, 1, position, sum(CASE leg.bucket WHEN 'current' THEN leg.amount_fen ELSE 0 END),
    sum(CASE leg.bucket WHEN 'carried' THEN leg.amount_fen ELSE 0 END),
    any_value(hash(coalesce(leg.rank, 0), leg.binding, leg.account_version) % 1000000007)
FROM (
    SELECT position, topic, subject AS settlement, unnest(legs) AS leg FROM chunk
    WHERE topic IN ('SettlementCaptured', 'SettlementReleased')
)
GROUP BY position, topic, settlement, leg.payer
UNION ALL
SELECT 'refund', settlement, refund, part.payer, 1, position,
    sum(CASE part.bucket WHEN 'current' THEN part.amount_fen ELSE 0 END),
    sum(CASE part.bucket WHEN 'carried' THEN part.amount_fen ELSE 0 END),
    sum(CASE part.bucket WHEN 'suspense' THEN part.amount_fen ELSE 0 END)
FROM (
    SELECT position, subject AS settlement, refund, unnest(restored) AS part FROM chunk
    WHERE topic = 'SettlementRefunded'
)
GROUP BY position, settlement, refund, part.payer
UNION ALL
SELECT 'refund id', subject, refund, NULL, 1, position, 0, 0, 0
FROM chunk WHERE topic = 'SettlementRefunded'
UNION ALL
SELECT 'correction', corrects, subject, NULL, 1, position, 0, 0, 0
FROM chunk WHERE topic = 'SettlementDecided' AND corrects IS NOT NULL
UNION ALL
SELECT 'hold', subject, beneficiary, NULL, 1, position, 0, 0, 0
FROM chunk WHERE topic = 'SettlementDecided' AND op = 'hold'
UNION ALL
SELECT CASE topic WHEN 'SettlementCaptured' THEN 'hold captured' ELSE 'hold released' END, subject, NULL, NULL, 1, position,
    0, 0, 0
FROM chunk WHERE topic IN ('SettlementCaptured', 'SettlementReleased');

-- name: claims_of_accounts
INSERT INTO claims
SELECT CASE topic
        WHEN 'CoPaymentCharged' THEN 'payment charged' WHEN 'CoPaymentHeld' THEN 'payment held'
        WHEN 'CoPaymentCaptured' THEN 'payment captured' ELSE 'payment released'
    END,
    settlement, NULL, subject, -1, position, coalesce(current_fen, 0), coalesce(carried_fen, 0),
    hash(coalesce(rank, 0), binding, version) % 1000000007
FROM chunk WHERE topic IN ('CoPaymentCharged', 'CoPaymentHeld', 'CoPaymentCaptured', 'HoldReleased')
UNION ALL
SELECT 'refund', settlement, refund, subject, -1, position, coalesce(current_fen, 0), coalesce(carried_fen, 0),
    coalesce(suspense_fen, 0)
FROM chunk WHERE topic = 'CoPaymentRefunded'
UNION ALL
SELECT 'use restored', settlement, refund, subject, 1, position, coalesce(limit_fen, 0), 0,
    hash(coalesce(binding, 0), limit_year, beneficiary) % 1000000007
FROM chunk WHERE topic = 'CoPaymentRefunded' AND coalesce(limit_fen, 0) <> 0
UNION ALL
SELECT 'refund id', settlement, subject, NULL, -1, position, 0, 0, 0
FROM chunk WHERE topic = 'RefundTaken'
UNION ALL
SELECT 'correction', subject, corrected_by, NULL, -1, position, 0, 0, 0 FROM chunk WHERE topic = 'SettlementCorrected'
UNION ALL
SELECT 'hold', settlement, subject, NULL, -1, position, 0, 0, 0 FROM chunk WHERE topic = 'HoldPlaced'
UNION ALL
SELECT concat('hold ', outcome), settlement, NULL, NULL, -1, position, 0, 0, 0 FROM chunk WHERE topic = 'HoldEnded'
UNION ALL
SELECT CASE topic WHEN 'LimitUsed' THEN 'use' WHEN 'HoldPlaced' THEN 'use held' ELSE 'use restored' END,
    settlement, CASE topic WHEN 'LimitRestored' THEN refund ELSE subject END, part.binder, -1, position, part.amount_fen, 0,
    CASE topic
        WHEN 'LimitRestored' THEN hash(part.binding, year, subject) % 1000000007
        ELSE hash(part.binding, year) % 1000000007
    END
FROM (
    SELECT position, topic, settlement, refund, subject, year, unnest(uses) AS part FROM chunk
    WHERE topic IN ('LimitUsed', 'HoldPlaced', 'LimitRestored')
)
UNION ALL
SELECT 'place taken', request, subject, binder, 1, position, binding, 0, hash(kind) % 1000000007
FROM chunk WHERE topic = 'Bound'
UNION ALL
SELECT 'place taken', request, beneficiary, subject, -1, position, binding, 0, hash(kind) % 1000000007
FROM chunk WHERE topic = 'BindingSlotTaken'
UNION ALL
SELECT 'place freed', request, subject, binder, 1, position, binding, 0, hash(kind) % 1000000007
FROM chunk WHERE topic = 'Unbound'
UNION ALL
SELECT 'place freed', request, beneficiary, subject, -1, position, binding, 0, hash(kind) % 1000000007
FROM chunk WHERE topic = 'BindingSlotFreed'
UNION ALL
SELECT 'quota at binding', request, subject, binder, 1, position, quota_fen, 0, binding
FROM chunk WHERE topic = 'Bound' AND quota_fen IS NOT NULL
UNION ALL
SELECT 'quota at binding', g.request, g.beneficiary, g.subject, -1, g.position, g.amount_fen, 0, g.binding
FROM chunk g JOIN neighbours n ON n.position = g.position AND n.same_command AND n.previous_topic = 'BindingSlotTaken'
WHERE g.topic = 'QuotaGranted'
UNION ALL
SELECT 'quota at unbinding', request, subject, binder, 1, position, returned_fen, 0, binding
FROM chunk WHERE topic = 'Unbound' AND coalesce(returned_fen, 0) <> 0
UNION ALL
SELECT 'quota at unbinding', r.request, r.beneficiary, r.subject, -1, r.position, r.released_fen, 0, r.binding
FROM chunk r JOIN neighbours n ON n.position = r.position AND n.same_command AND n.previous_topic = 'Unbound'
WHERE r.topic = 'QuotaReleased';

-- name: settle_claims
-- Claims that meet what was done are forgotten; the rest waits for the next piece of the log.
CREATE OR REPLACE TABLE claims AS
SELECT c.* FROM claims c
JOIN (
    SELECT what, settlement, other, who FROM claims
    GROUP BY what, settlement, other, who
    HAVING sum(side) <> 0 OR sum(side * first_fen) <> 0 OR sum(side * second_fen) <> 0 OR sum(side * mark) <> 0
) open
ON open.what = c.what AND open.settlement IS NOT DISTINCT FROM c.settlement AND open.other IS NOT DISTINCT FROM c.other
    AND open.who IS NOT DISTINCT FROM c.who;

-- name: claims_not_met
-- Named where the account or family says something else (the settlement's own sums are checked on their own), or where
-- the settlement does when they say nothing. A quota's own events are checked with the quota: a family is named first.
INSERT INTO differences
SELECT CASE WHEN starts_with(what, 'quota') THEN min(position) ELSE coalesce(min(position) FILTER (side = -1), min(position)) END,
    CASE
        WHEN count(*) FILTER (side = -1) = 0 OR count(*) FILTER (side = 1) = 0 THEN 'counterpart_missing'
        ELSE 'amount_differs'
    END,
    'log', concat_ws(' ', what, settlement, other, who),
    coalesce(string_agg(concat_ws(' + ', first_fen, nullif(second_fen, 0)), ', ' ORDER BY position) FILTER (side = 1), 'nothing'),
    coalesce(string_agg(concat_ws(' + ', first_fen, nullif(second_fen, 0)), ', ' ORDER BY position) FILTER (side = -1), 'nothing')
FROM claims
GROUP BY what, settlement, other, who;

-- name: running
-- Every account through this piece of the log: what it holds after each event, and what each decision saw of it.
CREATE OR REPLACE TEMP TABLE running AS
SELECT m.*,
    coalesce(s.current_fen, 0) + CAST(sum(m.current_fen) OVER w AS BIGINT) AS current_now,
    coalesce(s.carried_fen, 0) + CAST(sum(m.carried_fen) OVER w AS BIGINT) AS carried_now,
    coalesce(s.held_current_fen, 0) + CAST(sum(m.held_current_fen) OVER w AS BIGINT) AS held_current_now,
    coalesce(s.held_carried_fen, 0) + CAST(sum(m.held_carried_fen) OVER w AS BIGINT) AS held_carried_now,
    coalesce(s.reserved_fen, 0) + CAST(sum(m.reserved_fen) OVER w AS BIGINT) AS reserved_now,
    coalesce(s.balance_off_fen, 0) AS known_off
FROM (
    SELECT position, account, topic, current_fen, carried_fen, held_current_fen, held_carried_fen, reserved_fen, balance_fen,
        NULL::BIGINT AS room_current, NULL::BIGINT AS room_carried, NULL::BIGINT AS free_fen, NULL::BIGINT AS spendable_fen
    FROM account_moves(chunk)
    UNION ALL
    SELECT position, asked.payer, 'asked', 0, 0, 0, 0, 0, NULL, coalesce(asked.current_fen, 0), coalesce(asked.carried_fen, 0),
        coalesce(asked.free_fen, coalesce(asked.current_fen, 0) + coalesce(asked.carried_fen, 0)), asked.spendable_fen
    FROM decided_sources(chunk)
) m
LEFT JOIN account_state s ON s.account = m.account
WINDOW w AS (PARTITION BY m.account ORDER BY m.position ROWS UNBOUNDED PRECEDING);

-- name: openings
-- In an archive people have numbers: the positions at which their accounts were opened.
CREATE TABLE openings (account VARCHAR, no INTEGER);

-- name: remember_openings
INSERT INTO openings
SELECT subject, CAST(min(position) AS INTEGER) FROM chunk
WHERE topic = 'AccountOpened' AND subject NOT IN (SELECT account FROM openings) GROUP BY subject;

-- name: openings_recorded
INSERT INTO differences
SELECT DISTINCT position, 'amount_differs', 'archive', account, 'the numbers that its columns say', 'others'
FROM (
    (FROM openings_said EXCEPT ALL FROM openings_found) UNION ALL (FROM openings_found EXCEPT ALL FROM openings_said)
);

-- name: openings_compared
CREATE OR REPLACE VIEW moves_here AS
SELECT * FROM read_parquet(getvariable('moves_here'))
WHERE position > getvariable('after') AND position <= getvariable('reach');
CREATE OR REPLACE VIEW openings_said AS
SELECT no AS position, account, no FROM openings WHERE no > getvariable('after') AND no <= getvariable('reach');
CREATE OR REPLACE VIEW openings_found AS
SELECT position, opened AS account, account_no AS no FROM moves_here WHERE opened IS NOT NULL;

-- name: moves_recorded
-- In an archive: the moves beside the columns are what the columns say, each once, and of everybody who was known then.
INSERT INTO differences
SELECT coalesce(f.position, m.position), 'amount_differs', 'archive', m.account, 'the moves that its columns say', 'others'
FROM (SELECT *, count(*) OVER (PARTITION BY position) AS times FROM moves_here WHERE opened IS NULL) f
FULL JOIN account_moves(chunk) m ON m.position = f.position
LEFT JOIN openings a ON a.account = m.account
LEFT JOIN openings b ON b.account = m.beneficiary AND m.use_fen IS NOT NULL
WHERE CASE
    WHEN f.position IS NULL THEN a.no < m.position AND (m.use_fen IS NULL OR b.no < m.position)
    ELSE f.times > 1 OR m.position IS NULL OR f.account_no IS DISTINCT FROM a.no OR f.beneficiary_no IS DISTINCT FROM b.no
        OR coalesce(f.current_move, 0) <> m.current_fen OR coalesce(f.carried_move, 0) <> m.carried_fen
        OR coalesce(f.suspense_move, 0) <> m.suspense_fen OR coalesce(f.reserved_move, 0) <> m.reserved_fen
        OR coalesce(f.held_move, 0) <> m.held_current_fen + m.held_carried_fen OR f.use_move IS DISTINCT FROM m.use_fen
        OR f.limit_year IS DISTINCT FROM m.limit_year
END;

-- name: balances_recorded
-- A credit or correction records the balance after it. A difference is named where it arises, once.
CREATE OR REPLACE TEMP TABLE balance_offs AS
SELECT position, account, balance_fen, current_now + carried_now AS balance_now,
    balance_fen - current_now - carried_now AS off,
    lag(balance_fen - current_now - carried_now, 1, known_off) OVER (PARTITION BY account ORDER BY position) AS previous_off
FROM running
WHERE topic IN ('Credited', 'Adjusted');
INSERT INTO differences
SELECT position, 'amount_differs', 'log', account, concat('a balance of ', balance_now, ' fen'), concat(balance_fen, ' fen')
FROM balance_offs
WHERE off <> 0 AND off <> previous_off;

-- name: years_closed
-- Closing a year moves all of the current bucket, and its holds.
INSERT INTO differences
SELECT position, 'amount_differs', 'log', account, 'an empty current bucket',
    concat(current_now, ' fen, ', held_current_now, ' fen held')
FROM running
WHERE topic = 'YearClosed' AND (current_now <> 0 OR held_current_now <> 0);

-- name: figures_seen
-- What a decision saw of a payer is what the payer had: named once for each payer in a piece of the log.
INSERT INTO differences
SELECT min(position), 'figure_differs', 'log', account, arg_min(seen_was, position), arg_min(seen_said, position)
FROM (
    SELECT position, account,
        concat_ws(', ', greatest(0, current_now - held_current_now), greatest(0, carried_now - held_carried_now),
            greatest(0, current_now + carried_now - reserved_now - held_current_now - held_carried_now),
            greatest(0, current_now + carried_now - held_current_now - held_carried_now)) AS seen_was,
        concat_ws(', ', room_current, room_carried, free_fen, coalesce(
            spendable_fen, greatest(0, current_now + carried_now - held_current_now - held_carried_now))) AS seen_said
    FROM running
    WHERE topic = 'asked'
)
WHERE seen_was <> seen_said AND account NOT IN (SELECT subject FROM differences WHERE kind = 'figure_differs')
GROUP BY account;

-- name: remember_accounts
CREATE OR REPLACE TABLE account_state AS
SELECT account, CAST(sum(events) AS BIGINT) AS events, CAST(sum(current_fen) AS BIGINT) AS current_fen,
    CAST(sum(carried_fen) AS BIGINT) AS carried_fen, CAST(sum(held_current_fen) AS BIGINT) AS held_current_fen,
    CAST(sum(held_carried_fen) AS BIGINT) AS held_carried_fen, CAST(sum(reserved_fen) AS BIGINT) AS reserved_fen,
    coalesce(arg_max(balance_off_fen, place) FILTER (balance_off_fen IS NOT NULL), 0) AS balance_off_fen
FROM (
    SELECT *, 0 AS place FROM account_state
    UNION ALL BY NAME
    SELECT account, count(*) AS events, sum(current_fen) AS current_fen, sum(carried_fen) AS carried_fen,
        sum(held_current_fen) AS held_current_fen, sum(held_carried_fen) AS held_carried_fen,
        sum(reserved_fen) AS reserved_fen, 1 AS place
    FROM running GROUP BY account
    UNION ALL BY NAME
    SELECT account, 0 AS events, arg_max(off, position) AS balance_off_fen, 1 AS place FROM balance_offs GROUP BY account
)
GROUP BY account;

-- name: quotas_recorded
-- What is left of a quota after each grant, release and decision is what the events before it leave.
INSERT INTO differences
SELECT position, 'amount_differs', 'log', concat_ws(' ', 'quota', account, beneficiary, binding),
    concat(CASE topic WHEN 'QuotaReleased' THEN 0 ELSE quota_now END, ' fen'),
    concat(CASE topic WHEN 'QuotaReleased' THEN quota_now ELSE quota_fen END, ' fen')
FROM (
    SELECT position, account, beneficiary, binding, topic, quota_fen,
        sum(reserved_fen) OVER (PARTITION BY account, beneficiary, binding ORDER BY position ROWS UNBOUNDED PRECEDING) AS quota_now
    FROM (
        SELECT position, account, beneficiary, binding, topic, quota_fen, reserved_fen FROM account_moves(events)
        WHERE reserved_fen <> 0
        UNION ALL
        SELECT position, asked.payer, beneficiary, asked.binding, 'asked', asked.quota_fen, 0 FROM decided_sources(events)
        WHERE asked.quota_fen IS NOT NULL
    )
)
WHERE CASE topic WHEN 'QuotaGranted' THEN quota_fen <> quota_now WHEN 'asked' THEN quota_fen <> quota_now
    WHEN 'QuotaReleased' THEN quota_now <> 0 ELSE quota_now < 0 END;

-- name: limits_seen
-- What a decision saw left of a binder's yearly limit is the limit in force then, less what was used of it before.
CREATE OR REPLACE TEMP TABLE limit_steps AS
SELECT position, "at", subject AS beneficiary, binding, limit_fen FROM events WHERE topic IN ('Bound', 'LimitSet');
INSERT INTO differences
SELECT position, 'figure_differs', 'log', concat_ws(' ', 'limit', settlement, binder),
    CASE WHEN in_force IS NULL THEN 'no limit' ELSE concat(greatest(0, in_force - used_before), ' fen left') END,
    CASE WHEN seen IS NULL THEN 'no limit' ELSE concat(seen, ' fen left') END
FROM (
    SELECT position, settlement, binder, seen, used_before, (
        SELECT arg_max_null(l.limit_fen, l.position) FROM limit_steps l
        WHERE l.beneficiary = u.beneficiary AND l.binding = u.binding AND l.position < u.position AND l."at" <= u."at"
    ) AS in_force
    FROM (
        SELECT *, sum(fen) OVER (PARTITION BY beneficiary, binder, year ORDER BY position, place ROWS UNBOUNDED PRECEDING) AS used_before
        FROM (
            SELECT position, 1 AS place, NULL AS settlement, NULL::TIMESTAMP AS "at", beneficiary, year, part.binder AS binder,
                NULL::BIGINT AS binding, sign * part.amount_fen AS fen, NULL::BIGINT AS seen
            FROM limit_changes(events)
            UNION ALL
            SELECT position, 0, settlement, "at", beneficiary, year, asked.payer, asked.binding, 0, asked.limit_fen
            FROM decided_sources(events)
            WHERE coalesce(asked.rank, 0) > 0 AND op <> 'pay_premium'
        )
    ) u
    WHERE place = 0
)
WHERE seen IS DISTINCT FROM CASE WHEN in_force IS NOT NULL THEN greatest(0, in_force - used_before) END;

-- name: refunds_recorded
-- Each refund leaves what was left before it less its amount; no leg gives back more than it paid.
CREATE OR REPLACE TEMP TABLE refunded AS
SELECT position, subject AS settlement, amount_fen, refundable_fen, cash_fen, restored FROM events
WHERE topic = 'SettlementRefunded';
CREATE OR REPLACE TEMP TABLE refunded_bills AS
SELECT subject AS settlement, position, amount_fen, coalesce(cash_fen, 0) AS cash_fen,
    coalesce(list_transform(given, lambda leg: {'payer': leg.payer, 'fen': leg.amount_fen}), list_filter(flatten(list_transform(sources, lambda s: [
        {'payer': s.payer, 'fen': coalesce(s.from_current_fen, 0)}, {'payer': s.payer, 'fen': coalesce(s.from_carried_fen, 0)}
    ])), lambda leg: leg.fen <> 0)) AS legs
FROM events
WHERE topic = 'SettlementDecided' AND subject IN (SELECT settlement FROM refunded);
INSERT INTO differences
SELECT r.position, CASE WHEN b.settlement IS NULL THEN 'counterpart_missing' ELSE 'amount_differs' END, 'log',
    concat('refund ', r.settlement), coalesce(concat(b.amount_fen - r.so_far, ' fen left'), 'a decision before it'),
    concat(r.refundable_fen, ' fen left')
FROM (
    SELECT *, sum(amount_fen) OVER (PARTITION BY settlement ORDER BY position ROWS UNBOUNDED PRECEDING) AS so_far FROM refunded
) r
LEFT JOIN refunded_bills b ON b.settlement = r.settlement AND b.position < r.position
WHERE b.settlement IS NULL OR b.amount_fen - r.so_far <> r.refundable_fen OR r.refundable_fen < 0;
INSERT INTO differences
SELECT position, 'amount_differs', 'log', concat('refund ', settlement), concat('at most ', coalesce(legs[leg + 1].fen, 0), ' fen of leg ', leg),
    concat(so_far, ' fen')
FROM (
    SELECT r.position, r.settlement, r.part.leg AS leg, r.part.payer AS payer, b.legs,
        sum(r.part.amount_fen) OVER (PARTITION BY r.settlement, r.part.leg ORDER BY r.position ROWS UNBOUNDED PRECEDING) AS so_far
    FROM (SELECT position, settlement, unnest(restored) AS part FROM refunded) r
    JOIN refunded_bills b ON b.settlement = r.settlement
)
WHERE so_far > coalesce(legs[leg + 1].fen, 0) OR payer IS DISTINCT FROM legs[leg + 1].payer;

-- name: holds_ended
-- A capture or release ends a hold, once, with exactly its legs, and a family's hold was placed before.
INSERT INTO differences
SELECT e.position, CASE WHEN d.position IS NULL THEN 'counterpart_missing' ELSE 'amount_differs' END, 'log',
    concat('end of hold ', e.settlement), coalesce(concat(d.paid, ' fen'), 'a hold before it'), concat(e.paid, ' fen, end ', e.nth)
FROM (
    SELECT position, subject AS settlement, row_number() OVER (PARTITION BY subject ORDER BY position) AS nth,
        coalesce(list_sum(list_transform(legs, lambda leg: leg.amount_fen)), 0) AS paid
    FROM events WHERE topic IN ('SettlementCaptured', 'SettlementReleased')
) e
LEFT JOIN (
    SELECT position, subject AS settlement, coalesce(list_sum(list_transform(
        sources, lambda s: coalesce(s.from_current_fen, 0) + coalesce(s.from_carried_fen, 0))), 0) AS paid
    FROM events WHERE topic = 'SettlementDecided' AND op = 'hold'
) d ON d.settlement = e.settlement AND d.position < e.position
WHERE d.position IS NULL OR e.nth > 1 OR d.paid <> e.paid;

-- name: families_recorded
-- Bindings are numbered within a family; what ends, limits or orders one names one that stands.
CREATE OR REPLACE TEMP TABLE family_steps AS
SELECT position, stream, subject AS beneficiary, topic, binding, kind, binder, rank,
    CASE topic WHEN 'PriorityReordered' THEN list_sort(from_json("order", '["VARCHAR"]')) END AS binders
FROM events WHERE topic IN ('Bound', 'Unbound', 'LimitSet', 'PriorityReordered');
CREATE OR REPLACE TEMP TABLE bindings_made AS
SELECT b.beneficiary, b.binding, b.kind, b.binder, b.position, b.rank,
    row_number() OVER (PARTITION BY b.beneficiary ORDER BY b.position) AS place,
    (SELECT min(u.position) FROM family_steps u
        WHERE u.topic = 'Unbound' AND u.beneficiary = b.beneficiary AND u.binding = b.binding) AS ended
FROM family_steps b WHERE b.topic = 'Bound';
INSERT INTO differences
SELECT position, 'binding_out_of_line', 'log', beneficiary, concat('binding ', place), concat('binding ', binding)
FROM bindings_made
WHERE place <> binding
UNION ALL
SELECT b.position, 'binding_out_of_line', 'log', b.beneficiary, concat('rank ', 1 + count(o.binding)), concat('rank ', b.rank)
FROM bindings_made b
LEFT JOIN bindings_made o ON o.beneficiary = b.beneficiary AND o.kind = 'mutual_aid' AND o.position < b.position
    AND (o.ended IS NULL OR o.ended > b.position)
WHERE b.kind = 'mutual_aid'
GROUP BY b.position, b.beneficiary, b.rank, b.binding
HAVING b.rank IS DISTINCT FROM 1 + count(o.binding)
UNION ALL
SELECT s.position, 'binding_out_of_line', 'log', s.beneficiary, 'a binding that stands', concat('binding ', s.binding, ' of ', s.binder)
FROM family_steps s
LEFT JOIN bindings_made b ON b.beneficiary = s.beneficiary AND b.binding = s.binding AND b.binder = s.binder
    AND b.position < s.position AND (b.ended IS NULL OR b.ended >= s.position)
WHERE s.topic IN ('Unbound', 'LimitSet') AND b.binding IS NULL
UNION ALL
SELECT s.position, 'binding_out_of_line', 'log', s.beneficiary, concat('an order of ', array_to_string(coalesce(list_sort(list(b.binder) FILTER (b.binder IS NOT NULL)), []), ', ')),
    array_to_string(s.binders, ', ')
FROM family_steps s
LEFT JOIN bindings_made b ON b.beneficiary = s.beneficiary AND b.kind = 'mutual_aid' AND b.position < s.position
    AND (b.ended IS NULL OR b.ended > s.position)
WHERE s.topic = 'PriorityReordered'
GROUP BY s.position, s.beneficiary, s.binders
HAVING coalesce(list_sort(list(b.binder) FILTER (b.binder IS NOT NULL)), []) <> s.binders;
