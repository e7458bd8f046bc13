-- name: entries_between
-- The entries that count at one of two moments only; op is what decided the settlement of a payment.
SELECT e.position, e.at, e.type::text, e.settlement, e.beneficiary, e.note, d.op,
    (e.position <= %(upto)s AND e.at <= %(at)s) AS counted,
    coalesce(e.current_fen, 0) AS current_fen, coalesce(e.carried_fen, 0) AS carried_fen,
    coalesce(e.suspense_fen, 0) AS suspense_fen, coalesce(e.reserved_fen, 0) AS reserved_fen,
    coalesce(e.held_fen, 0) AS held_fen
FROM entries e
LEFT JOIN LATERAL (
    SELECT step AS op FROM settlement_steps
    WHERE settlement = e.settlement AND e.type = 'CoPaymentCharged' AND step IN ('charge', 'pay_premium', 'record')
    LIMIT 1
) d ON true
WHERE e.account = %(account)s AND e.position <= greatest(%(upto)s, %(before_upto)s)
    AND (e.position <= %(upto)s AND e.at <= %(at)s) <> (e.position <= %(before_upto)s AND e.at <= %(before_at)s)
ORDER BY e.position;

-- name: quota_commands
-- Where the family changed with the quotas granted or released at these positions: the same binding began or ended.
SELECT e.position, s.position AS with_position
FROM entries e
JOIN quota_entries q ON q.binder = e.account AND q.position = e.position
JOIN binding_steps s ON s.beneficiary = q.beneficiary AND s.binding = q.binding AND s.step IN ('bound', 'unbound')
WHERE e.account = %(account)s AND e.position = ANY(%(positions)s);
