-- name: totals
-- As the view of this name, of some days and institutions, as of a position and a service time.
SELECT f.business_day, f.institution, f.region, a.insurance, f.service_class, f.op, f.direction,
    count(*) AS counted, sum(f.amount_fen)::bigint AS amount_fen, sum(f.own_fen)::bigint AS own_fen,
    sum(f.amount_fen - f.own_fen - f.cash_fen)::bigint AS shared_fen, sum(f.cash_fen)::bigint AS cash_fen
FROM (
    SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS business_day, 'forward' AS direction,
        institution, region, beneficiary, step AS op, service_class, amount_fen, own_fen, cash_fen
    FROM total_entries
    WHERE step IN ('charge', 'pay_premium', 'record') AND position <= %(upto)s AND at <= %(at)s
        AND (at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT (c.at AT TIME ZONE 'Asia/Shanghai')::date, 'forward',
        d.institution, d.region, d.beneficiary, d.step, d.service_class, d.amount_fen, d.own_fen, d.cash_fen
    FROM total_entries c
    JOIN total_entries d ON d.settlement = c.settlement AND d.step = 'hold'
    WHERE c.step = 'captured' AND c.position <= %(upto)s AND c.at <= %(at)s
        AND (c.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT (r.at AT TIME ZONE 'Asia/Shanghai')::date, 'reverse',
        d.institution, d.region, d.beneficiary, d.step, d.service_class, r.amount_fen,
        (
            SELECT coalesce(sum(x.fen), 0) FROM unnest(r.restored_to, r.restored_fen) AS x (payer, fen)
            WHERE x.payer = d.beneficiary
        ),
        r.cash_fen
    FROM total_entries r
    JOIN total_entries d ON d.settlement = r.settlement AND d.step IN ('charge', 'hold', 'pay_premium', 'record')
    WHERE r.step = 'refunded' AND r.position <= %(upto)s AND r.at <= %(at)s
        AND (r.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(first)s AND %(last)s
) f
LEFT JOIN account_steps a ON a.account = f.beneficiary AND a.insurance IS NOT NULL
WHERE %(institution)s::text IS NULL OR f.institution = %(institution)s
GROUP BY f.business_day, f.institution, f.region, a.insurance, f.service_class, f.op, f.direction
ORDER BY f.business_day, f.institution COLLATE "C", f.region COLLATE "C", a.insurance COLLATE "C",
    f.service_class COLLATE "C", f.op COLLATE "C", f.direction COLLATE "C";
