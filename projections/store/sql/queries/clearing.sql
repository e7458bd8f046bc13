-- name: clearing_moves
-- What moved on these business days, beside its decision: a charge or record, a capture, a hold that was not captured
-- (held or released), a refund. What became of a hold decides whether the hold itself is a move.
SELECT m.position, m.at, (m.at AT TIME ZONE 'Asia/Shanghai')::date AS day, m.step::text AS step, m.refund, m.refundable_fen,
    d.settlement, d.external, d.corrects, d.person, d.region, d.institution, d.service_class, d.med_type,
    d.total_fen, d.fund_fen, d.account_fen, d.mutual_fen, d.cash_fen, d.hospital_fen,
    d.visit, d.message, d.insutype, d.clr_type, d.clr_optins, d.setl_optins, d.payers, d.paid_fen, d.position AS decided,
    e.step::text AS ended
FROM clearing_steps m
JOIN clearing_steps d ON d.settlement = m.settlement AND d.step IN ('charge', 'hold', 'record')
LEFT JOIN clearing_steps e ON d.step = 'hold' AND e.settlement = d.settlement AND e.step IN ('captured', 'released')
    AND e.position <= %(upto)s
WHERE m.position <= %(upto)s
    AND (m.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(first)s AND %(last)s
    AND m.step IN ('charge', 'record', 'captured', 'hold', 'refunded')
    AND (m.step <> 'hold' OR e.step IS DISTINCT FROM 'captured')
ORDER BY m.position;

-- name: clearing_facts
-- What became known of settlements later, in recorded order.
SELECT position, settlement, institution, total_fen, fund_fen, account_fen, mutual_fen, cash_fen, hospital_fen, visit, message,
    insutype, clr_type, clr_optins, setl_optins
FROM clearing_steps
WHERE step = 'facts' AND position <= %(upto)s
ORDER BY position;

-- name: refunded_in_full
-- Settlements of which nothing is left to refund.
SELECT settlement FROM clearing_steps
WHERE step = 'refunded' AND refundable_fen = 0 AND position <= %(upto)s;

-- name: regions_told
-- Where people were insured from which event on.
SELECT account, position, region FROM account_steps
WHERE region IS NOT NULL AND position <= %(upto)s
ORDER BY position;
