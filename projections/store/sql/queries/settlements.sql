-- name: settlements_of
SELECT settlement FROM settlement_steps
WHERE beneficiary = %(beneficiary)s AND position <= %(upto)s;

-- name: open_holds
-- Oldest first.
SELECT d.position, d.settlement, d.step AS op, d.beneficiary, d.amount_fen, d.own_fen, d.shared_fen, d.cash_fen,
    d.service_class, d.med_type, d.institution, d.at
FROM settlement_steps d
WHERE d.step = 'hold' AND d.position > %(after)s AND d.position <= %(upto)s
    AND NOT EXISTS (
        SELECT FROM settlement_steps
        WHERE settlement = d.settlement AND step IN ('captured', 'released') AND position <= %(upto)s
    )
ORDER BY d.position
LIMIT %(limit)s;

-- name: unknown_charges
-- Neither released nor given back in full; newest first.
SELECT d.position, d.settlement, d.step AS op, d.beneficiary, d.amount_fen, d.own_fen, d.shared_fen, d.cash_fen,
    d.service_class, d.med_type, d.institution, d.at
FROM settlement_steps d
WHERE d.service_class = 'unknown' AND d.position < %(before)s AND d.position <= %(upto)s
    AND NOT EXISTS (
        SELECT FROM settlement_steps
        WHERE settlement = d.settlement AND (step = 'released' OR refundable_fen = 0) AND position <= %(upto)s
    )
ORDER BY d.position DESC
LIMIT %(limit)s;

-- name: exceptional_settlements
-- Decided elsewhere against a rule of this ledger, and not given back in full; oldest first.
SELECT d.position, d.settlement, d.step AS op, d.beneficiary, d.amount_fen, d.own_fen, d.shared_fen, d.cash_fen,
    d.service_class, d.med_type, d.institution, d.at, d.exceptions
FROM settlement_steps d
WHERE d.exceptions IS NOT NULL AND d.position > %(after)s AND d.position <= %(upto)s
    AND NOT EXISTS (
        SELECT FROM settlement_steps
        WHERE settlement = d.settlement AND refundable_fen = 0 AND position <= %(upto)s
    )
ORDER BY d.position
LIMIT %(limit)s;
