CREATE TABLE limit_uses (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    delta_fen bigint NOT NULL,
    binding integer NOT NULL,
    year smallint NOT NULL,
    beneficiary text NOT NULL,
    binder text NOT NULL,
    hold text
);
CREATE INDEX ON limit_uses (beneficiary, year) INCLUDE (position, at, delta_fen, binder, hold);
CREATE TABLE limit_releases (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    beneficiary text NOT NULL,
    hold text NOT NULL
);
CREATE INDEX ON limit_releases (beneficiary) INCLUDE (position, at, hold);
