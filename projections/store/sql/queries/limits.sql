-- name: limit_use
-- What was used, less what released holds gave back, per pair of binder and beneficiary.
-- A hold is a settlement, which has one beneficiary; asked this way, the released ones are looked up in one table
-- whatever the planner thinks of them.
SELECT beneficiary, binder,
    (
        coalesce(sum(delta_fen) FILTER (WHERE position <= %(upto)s AND at <= %(at)s), 0)
        - coalesce(
            sum(delta_fen) FILTER (
                WHERE hold IN (
                    SELECT r.hold FROM limit_releases r
                    WHERE r.beneficiary = ANY(%(beneficiaries)s) AND r.position <= %(upto)s AND r.at <= %(at)s
                )
            ),
            0
        )
    )::bigint AS fen
FROM limit_uses
WHERE beneficiary = ANY(%(beneficiaries)s) AND year = %(year)s
GROUP BY beneficiary, binder
ORDER BY beneficiary, binder;
