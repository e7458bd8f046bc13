-- name: account_steps
SELECT position, at, account, region, insurance, status
FROM account_steps
WHERE account = %(account)s AND position <= %(upto)s AND at <= %(at)s
ORDER BY position;
