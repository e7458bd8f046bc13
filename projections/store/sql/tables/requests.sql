CREATE TABLE request_steps (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    step text NOT NULL,
    request text NOT NULL,
    code text
);
CREATE INDEX ON request_steps (position);
CREATE INDEX ON request_steps (request);
CREATE INDEX ON request_steps (position) WHERE step = 'pending';
CREATE TABLE request_subjects (
    position bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL
);
CREATE INDEX ON request_subjects (subject);
