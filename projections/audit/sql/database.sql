-- What is read from PostgreSQL: the log and, beside it, the rows of the read models. All of it in one transaction.

-- name: log_there
SELECT to_regclass('ledger.ledger_events') IS NOT NULL;

-- name: moment
SELECT pg_export_snapshot();

-- name: roles_known
SELECT to_regprocedure('ledger.role_for(text)') IS NOT NULL;

-- name: work_as_auditor
-- With the rights to read what an auditor reads, and no others, where this database names a role for it.
SELECT set_config('role', ledger.role_for('auditor'), false);

-- name: log_end
SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events;

-- name: log_format
SELECT max(version) FROM ledger.format;

-- name: copy_log
COPY (
    SELECT notification_id, originator_id, originator_version, topic, convert_from(state, 'UTF8')
    FROM ledger.ledger_events WHERE notification_id > {after} AND notification_id <= {upto} ORDER BY notification_id
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_log_bytes
COPY (
    SELECT notification_id, originator_id, originator_version, topic, encode(state, 'hex')
    FROM ledger.ledger_events WHERE notification_id > {after} AND notification_id <= {upto} ORDER BY notification_id
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: models_there
SELECT to_regclass('read_model.tracking') IS NOT NULL;

-- name: models_tracked
SELECT model, position FROM read_model.tracking ORDER BY model;

-- name: copy_request_keys
COPY (SELECT request_id, position FROM ledger.request_keys)
TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_entries
COPY (
    SELECT position, at AT TIME ZONE 'UTC', recorded_at AT TIME ZONE 'UTC', current_fen, carried_fen, suspense_fen,
        reserved_fen, held_fen, held_carried_fen, type, binding, rank, account, settlement, beneficiary, note
    FROM read_model.entries
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_account_steps
COPY (SELECT position, at AT TIME ZONE 'UTC', account, region, insurance, status FROM read_model.account_steps)
TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_binding_steps
COPY (
    SELECT position, at AT TIME ZONE 'UTC', limit_fen, binding, step, kind, relation, beneficiary, binder,
        array_to_string(order_after, ',')
    FROM read_model.binding_steps
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_quota_entries
COPY (
    SELECT position, at AT TIME ZONE 'UTC', delta_fen, binding, binder, beneficiary FROM read_model.quota_entries
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_limit_uses
COPY (
    SELECT position, at AT TIME ZONE 'UTC', delta_fen, binding, year, beneficiary, binder, hold FROM read_model.limit_uses
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_limit_releases
COPY (SELECT position, at AT TIME ZONE 'UTC', beneficiary, hold FROM read_model.limit_releases)
TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_settlement_steps
COPY (
    SELECT position, at AT TIME ZONE 'UTC', amount_fen, own_fen, shared_fen, cash_fen, refundable_fen, step, settlement,
        beneficiary, region, institution, service_class, med_type, corrects, array_to_string(exceptions, ',')
    FROM read_model.settlement_steps
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_total_entries
COPY (
    SELECT position, at AT TIME ZONE 'UTC', amount_fen, own_fen, cash_fen, step, settlement, beneficiary, region, institution,
        service_class, array_to_string(restored_to, ','), array_to_string(restored_fen, ',')
    FROM read_model.total_entries
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_clearing_steps
COPY (
    SELECT position, at AT TIME ZONE 'UTC', refundable_fen, total_fen, fund_fen, account_fen, mutual_fen, cash_fen,
        hospital_fen, step, settlement, refund, person, region, institution, service_class, med_type, visit, message, insutype,
        clr_type, clr_optins, setl_optins, external, corrects, array_to_string(payers, ','), array_to_string(paid_fen, ',')
    FROM read_model.clearing_steps
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_request_steps
COPY (SELECT position, at AT TIME ZONE 'UTC', step, request, code FROM read_model.request_steps)
TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: copy_request_subjects
COPY (SELECT position, kind, subject FROM read_model.request_subjects)
TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8');

-- name: sums_stored
-- Every sum of a run of entries, as it stands there and as the entries come to; runs must follow one another.
SELECT told.position, told.account, to_jsonb(x)::text AS expected, to_jsonb(f)::text AS found
FROM (
    SELECT *, coalesce(lag(position) OVER (PARTITION BY account ORDER BY position), 0) AS before FROM read_model.entry_sums
) told
CROSS JOIN LATERAL (
    SELECT told.before AS after, min(at) AS first_at, max(at) AS last_at, coalesce(sum(current_fen), 0)::bigint AS current_fen,
        coalesce(sum(carried_fen), 0)::bigint AS carried_fen, coalesce(sum(suspense_fen), 0)::bigint AS suspense_fen,
        coalesce(sum(reserved_fen), 0)::bigint AS reserved_fen, coalesce(sum(held_fen), 0)::bigint AS held_fen
    FROM read_model.entries
    WHERE account = told.account AND position > told.before AND position <= told.position
) x
CROSS JOIN LATERAL (
    SELECT told.after, told.first_at, told.last_at, told.current_fen, told.carried_fen, told.suspense_fen, told.reserved_fen,
        told.held_fen
) f;

-- name: bytes_stored
SELECT state FROM ledger.ledger_events WHERE notification_id = %(position)s;
