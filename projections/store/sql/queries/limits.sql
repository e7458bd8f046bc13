-- name: limit_use
-- What was used, less what released holds gave back, per pair of binder and beneficiary.
SELECT u.beneficiary, u.binder,
    (
        coalesce(sum(u.delta_fen) FILTER (WHERE u.position <= %(upto)s AND u.at <= %(at)s), 0)
        - coalesce(sum(u.delta_fen) FILTER (WHERE r.position <= %(upto)s AND r.at <= %(at)s), 0)
    )::bigint AS fen
FROM limit_uses u
LEFT JOIN limit_releases r
    ON r.beneficiary = u.beneficiary AND r.hold = u.hold AND r.beneficiary = ANY(%(beneficiaries)s)
WHERE u.beneficiary = ANY(%(beneficiaries)s) AND u.year = %(year)s
GROUP BY u.beneficiary, u.binder
ORDER BY u.beneficiary, u.binder;
