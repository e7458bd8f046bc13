-- name: refusals
-- Newest first.
SELECT position FROM request_steps
WHERE step = 'refused' AND position < %(before)s AND position <= %(upto)s
ORDER BY position DESC
LIMIT %(limit)s;

-- name: pending_reviews
-- Oldest first.
SELECT p.position FROM request_steps p
WHERE p.step = 'pending' AND p.position > %(after)s AND p.position <= %(upto)s
    AND NOT EXISTS (
        SELECT FROM request_steps
        WHERE request = p.request AND step IN ('approved', 'rejected') AND position <= %(upto)s
    )
ORDER BY p.position
LIMIT %(limit)s;

-- name: request_positions
-- What names a subject, and what was said later of the pending requests that name it.
WITH named AS (
    SELECT position FROM request_subjects
    WHERE subject = %(subject)s AND kind = %(kind)s AND position <= %(upto)s
)
SELECT position FROM named
UNION
SELECT s.position
FROM named
JOIN request_steps p ON p.position = named.position AND p.step = 'pending'
JOIN request_subjects s ON s.subject = p.request AND s.kind = 'request' AND s.position <= %(upto)s;
