-- name: limit_use
-- What was used, less what released holds gave back, per pair of binder and beneficiary.
SELECT beneficiary, binder, sum(fen)::bigint AS fen
FROM (
    SELECT beneficiary, binder, delta_fen AS fen
    FROM limit_uses
    WHERE beneficiary = ANY(%(beneficiaries)s) AND year = %(year)s AND position <= %(upto)s AND at <= %(at)s
    UNION ALL
    SELECT u.beneficiary, u.binder, -u.delta_fen
    FROM limit_releases r
    JOIN limit_uses u USING (beneficiary, hold)
    WHERE r.beneficiary = ANY(%(beneficiaries)s) AND u.year = %(year)s
        AND r.position <= %(upto)s AND r.at <= %(at)s
) uses
GROUP BY beneficiary, binder
ORDER BY beneficiary, binder;
