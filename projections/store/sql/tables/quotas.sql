CREATE TABLE quota_entries (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    delta_fen bigint NOT NULL,
    binding integer NOT NULL,
    binder text NOT NULL,
    beneficiary text NOT NULL
);
CREATE INDEX ON quota_entries (beneficiary) INCLUDE (binding, position, at, delta_fen);
CREATE INDEX ON quota_entries (binder);
