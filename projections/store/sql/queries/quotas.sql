-- name: family_quotas
SELECT beneficiary, binding, sum(delta_fen)::bigint AS fen
FROM quota_entries
WHERE beneficiary = %(beneficiary)s AND position <= %(upto)s AND at <= %(at)s
GROUP BY beneficiary, binding;

-- name: binder_quotas
SELECT beneficiary, binding, sum(delta_fen)::bigint AS fen
FROM quota_entries
WHERE binder = %(binder)s AND position <= %(upto)s AND at <= %(at)s
GROUP BY beneficiary, binding;
