CREATE TABLE binding_steps (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    limit_fen bigint,
    binding integer,
    step text NOT NULL,
    kind text,
    relation text,
    beneficiary text NOT NULL,
    binder text,
    order_after text[]
);
CREATE INDEX ON binding_steps (beneficiary);
CREATE INDEX ON binding_steps (binder) WHERE binder IS NOT NULL;
CREATE INDEX ON binding_steps (position) WHERE step = 'bound';
