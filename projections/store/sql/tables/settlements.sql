CREATE TABLE settlement_steps (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    amount_fen bigint,
    own_fen bigint,
    shared_fen bigint,
    cash_fen bigint,
    refundable_fen bigint,
    step text NOT NULL,
    settlement text NOT NULL,
    beneficiary text,
    region text,
    institution text,
    service_class text,
    med_type text,
    corrects text,
    exceptions text[]
);
CREATE INDEX ON settlement_steps (settlement);
CREATE INDEX ON settlement_steps (beneficiary) WHERE beneficiary IS NOT NULL;
CREATE INDEX ON settlement_steps (position) WHERE step = 'hold';
CREATE INDEX ON settlement_steps (position) WHERE service_class = 'unknown';
CREATE INDEX ON settlement_steps (position) WHERE exceptions IS NOT NULL;
