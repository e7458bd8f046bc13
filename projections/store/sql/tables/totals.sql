-- One row per decision, capture and refund. Days lie together on disk, so a summary of each block range finds them.
-- Nothing else is indexed: refunds and captures are few, and find their decisions in one reading of the table.
CREATE TABLE total_entries (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    amount_fen bigint,
    own_fen bigint,
    cash_fen bigint,
    step text NOT NULL,
    settlement text NOT NULL,
    beneficiary text,
    region text,
    institution text,
    service_class text,
    restored_to text[],
    restored_fen bigint[]
);
CREATE INDEX ON total_entries USING brin (((at AT TIME ZONE 'Asia/Shanghai')::date));
