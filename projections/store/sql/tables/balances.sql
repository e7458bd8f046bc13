-- One row per account event. The rows of one account lie far apart here, and side by side in the index, which answers
-- alone: it carries every column.
DROP TYPE IF EXISTS entry_type;
CREATE TYPE entry_type AS ENUM (
    'Credited', 'Adjusted', 'YearClosed', 'CoPaymentCharged', 'CoPaymentHeld', 'CoPaymentCaptured',
    'HoldReleased', 'CoPaymentRefunded', 'QuotaGranted', 'QuotaReleased'
);
CREATE TABLE entries (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    current_fen bigint,
    carried_fen bigint,
    suspense_fen bigint,
    reserved_fen bigint,
    held_fen bigint,
    held_carried_fen bigint,
    type entry_type NOT NULL,
    binding integer,
    rank smallint,
    account text NOT NULL,
    settlement text,
    beneficiary text,
    note text
);
CREATE INDEX ON entries (account, position)
    INCLUDE (
        at, recorded_at, current_fen, carried_fen, suspense_fen, reserved_fen, held_fen, type, rank, settlement,
        beneficiary, note
    );
CREATE INDEX ON entries (account) WHERE suspense_fen IS NOT NULL;

-- What a run of entries of one account comes to: those after the run before it, up to this position. An account that
-- moves rarely has none; of one that moved ten thousand times, a balance reads forty of these and the last few entries.
CREATE TABLE entry_sums (
    position bigint NOT NULL,
    after bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    current_fen bigint NOT NULL,
    carried_fen bigint NOT NULL,
    suspense_fen bigint NOT NULL,
    reserved_fen bigint NOT NULL,
    held_fen bigint NOT NULL,
    account text NOT NULL
);
CREATE INDEX ON entry_sums (account, position);
