-- The rows that the read models' pages promise, worked out from the typed log. Columns are those of the copies that
-- `database.sql` takes, in the same order and of the same types.

-- name: expected_entries
CREATE OR REPLACE VIEW expected_entries AS
SELECT position, "at", recorded_at, nullif(current_fen, 0) AS current_fen, nullif(carried_fen, 0) AS carried_fen,
    nullif(suspense_fen, 0) AS suspense_fen, nullif(reserved_fen, 0) AS reserved_fen,
    nullif(held_current_fen + held_carried_fen, 0) AS held_fen, nullif(held_carried_fen, 0) AS held_carried_fen,
    topic AS type,
    CASE WHEN topic IN ('Credited', 'Adjusted', 'YearClosed') THEN NULL ELSE binding END AS binding,
    CASE
        WHEN topic IN ('CoPaymentCharged', 'CoPaymentHeld', 'CoPaymentCaptured', 'HoldReleased', 'CoPaymentRefunded')
        THEN coalesce(rank, 0)
    END AS rank,
    account, settlement, beneficiary,
    CASE topic WHEN 'Credited' THEN kind WHEN 'Adjusted' THEN reason END AS note
FROM account_moves(chunk)
WHERE topic IN ('Credited', 'Adjusted', 'YearClosed', 'CoPaymentCharged', 'CoPaymentHeld', 'CoPaymentCaptured',
        'HoldReleased', 'CoPaymentRefunded', 'QuotaGranted', 'QuotaReleased')
    AND (current_fen <> 0 OR carried_fen <> 0 OR suspense_fen <> 0 OR reserved_fen <> 0 OR held_current_fen <> 0
        OR held_carried_fen <> 0);

-- name: expected_account_steps
CREATE OR REPLACE VIEW expected_account_steps AS
SELECT position, "at", subject AS account, region, insurance, CASE topic WHEN 'AccountOpened' THEN 'active' ELSE status END AS status
FROM chunk
WHERE topic IN ('AccountOpened', 'AccountTransferred', 'StatusChanged');

-- name: expected_binding_steps
CREATE OR REPLACE VIEW expected_binding_steps AS
SELECT position, "at", CASE WHEN topic IN ('Bound', 'LimitSet') THEN limit_fen END AS limit_fen, binding,
    CASE topic WHEN 'Bound' THEN 'bound' WHEN 'Unbound' THEN 'unbound' WHEN 'LimitSet' THEN 'limited' ELSE 'reordered' END AS step,
    kind, relation, subject AS beneficiary, binder,
    CASE topic WHEN 'PriorityReordered' THEN array_to_string(from_json("order", '["VARCHAR"]'), ',') END AS order_after
FROM chunk
WHERE topic IN ('Bound', 'Unbound', 'LimitSet', 'PriorityReordered');

-- name: expected_quota_entries
CREATE OR REPLACE VIEW expected_quota_entries AS
SELECT position, "at", reserved_fen AS delta_fen, binding, account AS binder, beneficiary
FROM account_moves(chunk)
WHERE reserved_fen <> 0;

-- name: expected_limit_uses
CREATE OR REPLACE VIEW expected_limit_uses AS
SELECT position, "at", sign * part.amount_fen AS delta_fen, part.binding AS binding, year, beneficiary, part.binder AS binder, hold
FROM (
    SELECT position, "at", year, subject AS beneficiary, unnest(uses) AS part,
        CASE topic WHEN 'LimitRestored' THEN -1 ELSE 1 END AS sign, CASE topic WHEN 'HoldPlaced' THEN settlement END AS hold
    FROM chunk
    WHERE topic IN ('LimitUsed', 'HoldPlaced', 'LimitRestored')
);

-- name: expected_limit_releases
CREATE OR REPLACE VIEW expected_limit_releases AS
SELECT position, "at", subject AS beneficiary, settlement AS hold FROM chunk WHERE topic = 'HoldEnded' AND outcome = 'released';

-- name: expected_settlement_steps
CREATE OR REPLACE VIEW expected_settlement_steps AS
SELECT position, "at", CASE WHEN topic IN ('SettlementDecided', 'SettlementRefunded') THEN amount_fen END AS amount_fen,
    CASE topic WHEN 'SettlementDecided' THEN own END AS own_fen,
    CASE topic WHEN 'SettlementDecided' THEN amount_fen - own - coalesce(cash_fen, 0) END AS shared_fen,
    CASE WHEN topic IN ('SettlementDecided', 'SettlementRefunded') THEN coalesce(cash_fen, 0) END AS cash_fen,
    refundable_fen,
    CASE topic
        WHEN 'SettlementDecided' THEN coalesce(op, 'charge') WHEN 'SettlementCaptured' THEN 'captured'
        WHEN 'SettlementReleased' THEN 'released' ELSE 'refunded'
    END AS step,
    subject AS settlement, beneficiary, region, institution,
    CASE topic WHEN 'SettlementDecided' THEN coalesce(service_class, 'outpatient') END AS service_class, med_type,
    corrects, CASE WHEN exceptions IS NOT NULL THEN array_to_string(from_json(exceptions, '["VARCHAR"]'), ',') END AS exceptions
FROM (
    SELECT *, CAST(coalesce(list_sum(list_transform(list_filter(sources, lambda s: s.payer = beneficiary),
        lambda s: coalesce(s.from_current_fen, 0) + coalesce(s.from_carried_fen, 0))), 0) AS BIGINT) AS own
    FROM chunk
    WHERE topic IN ('SettlementDecided', 'SettlementCaptured', 'SettlementReleased', 'SettlementRefunded')
);

-- name: expected_total_entries
CREATE OR REPLACE VIEW expected_total_entries AS
SELECT position, "at", CASE WHEN topic <> 'SettlementCaptured' THEN amount_fen END AS amount_fen,
    CASE topic WHEN 'SettlementDecided' THEN own END AS own_fen,
    CASE WHEN topic <> 'SettlementCaptured' THEN coalesce(cash_fen, 0) END AS cash_fen,
    CASE topic WHEN 'SettlementDecided' THEN coalesce(op, 'charge') WHEN 'SettlementCaptured' THEN 'captured' ELSE 'refunded' END AS step,
    subject AS settlement, beneficiary, region, institution,
    CASE topic WHEN 'SettlementDecided' THEN coalesce(service_class, 'outpatient') END AS service_class,
    CASE topic WHEN 'SettlementRefunded' THEN array_to_string(coalesce(list_transform(restored, lambda r: r.payer), []), ',') END AS restored_to,
    CASE topic WHEN 'SettlementRefunded' THEN array_to_string(coalesce(list_transform(restored, lambda r: r.amount_fen), []), ',') END AS restored_fen
FROM (
    SELECT *, CAST(coalesce(list_sum(list_transform(list_filter(sources, lambda s: s.payer = beneficiary),
        lambda s: coalesce(s.from_current_fen, 0) + coalesce(s.from_carried_fen, 0))), 0) AS BIGINT) AS own
    FROM chunk
    WHERE topic IN ('SettlementDecided', 'SettlementCaptured', 'SettlementRefunded')
);

-- name: told_fen
-- An amount of the national settlement in fen: yuan with up to two decimals. Nothing where it is no amount.
CREATE OR REPLACE MACRO told_fen(told) AS
CASE
    WHEN regexp_full_match(told, '-?[0-9]{1,13}([.][0-9]{1,2})?')
    THEN CAST(100 * try_cast(told AS DECIMAL(15, 2)) AS BIGINT)
END;

-- name: expected_clearing_steps
CREATE OR REPLACE VIEW expected_clearing_steps AS
SELECT position, "at", refundable_fen, told_fen(national[1]) AS total_fen, told_fen(national[2]) AS fund_fen,
    told_fen(national[3]) AS account_fen, told_fen(national[4]) AS mutual_fen, told_fen(national[5]) AS cash_fen,
    told_fen(national[6]) AS hospital_fen,
    CASE topic
        WHEN 'SettlementDecided' THEN coalesce(op, 'charge') WHEN 'SettlementCaptured' THEN 'captured'
        WHEN 'SettlementReleased' THEN 'released' WHEN 'SettlementRefunded' THEN 'refunded' ELSE 'facts'
    END AS step,
    subject AS settlement, refund, beneficiary AS person, region, institution,
    CASE topic WHEN 'SettlementDecided' THEN coalesce(service_class, 'outpatient') END AS service_class, med_type,
    national[7] AS visit, national[8] AS message, national[9] AS insutype, national[10] AS clr_type,
    national[11] AS clr_optins, national[12] AS setl_optins,
    CASE topic WHEN 'SettlementDecided' THEN coalesce("external", subject) END AS "external", corrects,
    CASE topic WHEN 'SettlementDecided' THEN array_to_string(list_transform(paid, lambda s: s.payer), ',') END AS payers,
    CASE topic WHEN 'SettlementDecided' THEN array_to_string(
        list_transform(paid, lambda s: coalesce(s.from_current_fen, 0) + coalesce(s.from_carried_fen, 0)), ','
    ) END AS paid_fen
FROM (
    SELECT *, json_extract_string(facts, ['$.medfee_sumamt', '$.fund_pay_sumamt', '$.acct_pay', '$.acct_mulaid_pay',
            '$.psn_cash_pay', '$.hosp_part_amt', '$.mdtrt_id', '$.medins_setl_id', '$.insutype', '$.clr_type', '$.clr_optins',
            '$.setl_optins']) AS national,
        coalesce(list_filter(sources, lambda s: coalesce(s.from_current_fen, 0) + coalesce(s.from_carried_fen, 0) <> 0), [])
            AS paid
    FROM chunk
    WHERE topic IN ('SettlementDecided', 'SettlementCaptured', 'SettlementReleased', 'SettlementRefunded', 'FactsAdded')
        AND coalesce(op, 'charge') <> 'pay_premium'
);

-- name: expected_request_steps
CREATE OR REPLACE VIEW expected_request_steps AS
SELECT position, "at",
    CASE topic
        WHEN 'RequestRefused' THEN 'refused' WHEN 'RequestRepeated' THEN 'repeated' WHEN 'BindRequested' THEN 'pending'
        WHEN 'BindApproved' THEN 'approved' ELSE 'rejected'
    END AS step,
    subject AS request, code
FROM chunk
WHERE topic IN ('RequestRefused', 'RequestRepeated', 'BindRequested', 'BindApproved', 'BindRejected');

-- name: expected_request_subjects
CREATE OR REPLACE VIEW expected_request_subjects AS
SELECT DISTINCT position, named.kind AS kind, named.subject AS subject
FROM (
    SELECT position, unnest(CASE topic
        WHEN 'RequestRefused' THEN [
            {'kind': 'account', 'subject': asked ->> '$.account'}, {'kind': 'account', 'subject': asked ->> '$.binder'},
            {'kind': 'account', 'subject': asked ->> '$.payer'}, {'kind': 'account', 'subject': asked ->> '$.beneficiary'},
            {'kind': 'beneficiary', 'subject': asked ->> '$.beneficiary'},
            {'kind': 'settlement', 'subject': asked ->> '$.settlement'}, {'kind': 'settlement', 'subject': asked ->> '$.corrects'},
            {'kind': 'request', 'subject': asked ->> '$.request'}
        ] || list_transform(asked ->> '$.legs[*].payer', lambda payer: {'kind': 'account', 'subject': payer})
        WHEN 'RequestRepeated' THEN [{'kind': 'settlement', 'subject': settlement}]
        WHEN 'BindRequested' THEN [{'kind': 'account', 'subject': binder}, {'kind': 'account', 'subject': beneficiary},
            {'kind': 'beneficiary', 'subject': beneficiary}]
        ELSE [{'kind': 'request', 'subject': chunk.subject}]
    END) AS named
    FROM chunk
    WHERE topic IN ('RequestRefused', 'RequestRepeated', 'BindRequested', 'BindApproved', 'BindRejected')
)
WHERE named.subject IS NOT NULL;

-- name: unequal_tables
-- Rows that stand on one side more often than on the other: `surplus` above 0 is expected and not found.
CREATE TABLE unequal (place VARCHAR, position BIGINT, surplus BIGINT, expected BIGINT, line VARCHAR);
CREATE OR REPLACE MACRO told_apart(expected, found) AS TABLE
SELECT position, mark, sum(side) AS surplus, count(*) FILTER (side = 1) AS expected
FROM (
    SELECT position, hash(e) AS mark, 1 AS side FROM query_table(expected) e
    UNION ALL
    SELECT position, hash(f), -1 FROM query_table(found) f
    WHERE position > getvariable('after') AND position <= getvariable('found_upto')
)
GROUP BY position, mark
HAVING sum(side) <> 0;
CREATE OR REPLACE MACRO told_lines(told, expected, found) AS TABLE
SELECT t.position, any_value(t.surplus) AS surplus, any_value(t.expected) AS expected, any_value(rows.line) AS line
FROM query_table(told) t
JOIN (
    SELECT position, hash(e) AS mark, CAST(to_json(e) AS VARCHAR) AS line FROM query_table(expected) e
    WHERE position IN (SELECT position FROM query_table(told))
    UNION ALL
    SELECT position, hash(f), CAST(to_json(f) AS VARCHAR) FROM query_table(found) f
    WHERE position IN (SELECT position FROM query_table(told))
) rows ON rows.position = t.position AND rows.mark = t.mark
GROUP BY t.position, t.mark;

-- name: rows_at_hand
-- The rows expected of this piece of the log, as far as the model has come, and those found of it.
CREATE OR REPLACE VIEW expected_rows AS SELECT * FROM query_table(getvariable('expected')) WHERE position <= getvariable('model_at');
CREATE OR REPLACE VIEW found_rows AS SELECT * FROM query_table(getvariable('found'));

-- name: tell_apart
CREATE OR REPLACE TEMP TABLE told AS FROM told_apart(expected_rows, found_rows);
INSERT INTO unequal SELECT getvariable('place'), position, surplus, expected, line FROM told_lines(told, expected_rows, found_rows);

-- name: unequal_rows
SELECT place, position, surplus, expected, line FROM unequal ORDER BY position, place, line;

-- name: alike
-- How many rows are expected, and whether those found are the same: as many, with the same sum and parity of hashes.
SELECT e.rows, e.rows = f.rows AND e.total IS NOT DISTINCT FROM f.total AND e.parity IS NOT DISTINCT FROM f.parity
FROM (
    SELECT count(*) AS rows, sum(hash(r)::HUGEINT) AS total, bit_xor(hash(r)) AS parity FROM expected_rows r
) e
CROSS JOIN (
    SELECT count(*) AS rows, sum(hash(r)::HUGEINT) AS total, bit_xor(hash(r)) AS parity FROM found_rows r
    WHERE position > getvariable('after') AND position <= getvariable('found_upto')
) f;

-- name: any_missing_here
SELECT count(*) > 0 FROM unequal WHERE surplus > 0 AND position > getvariable('after');

-- name: rows_wanted
-- How many rows the events should have whose rows are missing somewhere in this piece of the log.
SELECT position, count(*) FROM expected_rows
WHERE position IN (SELECT position FROM unequal WHERE surplus > 0 AND position > getvariable('after'))
GROUP BY position;

-- name: keys_apart
-- Every request id leads to an event that carries it.
INSERT INTO differences
SELECT k.position, CASE WHEN c.position IS NULL THEN 'event_missing' ELSE 'key_differs' END, 'request_keys', k.request_id,
    concat('an event of request ', k.request_id), coalesce(concat('an event of request ', c.request), 'nothing')
FROM (
    SELECT request_id, position FROM found_request_keys
    WHERE position > getvariable('after') AND position <= getvariable('found_upto')
) k
LEFT JOIN chunk c ON c.position = k.position
WHERE c.request IS DISTINCT FROM k.request_id
    AND (c.position IS NOT NULL OR k.position NOT IN (SELECT position FROM differences WHERE kind = 'event_missing'));
