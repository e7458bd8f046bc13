-- One row per step. A month's moves are found by their days; the decision a move belongs to, by its settlement.
CREATE TABLE clearing_steps (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    refundable_fen bigint,
    total_fen bigint,
    fund_fen bigint,
    account_fen bigint,
    mutual_fen bigint,
    cash_fen bigint,
    hospital_fen bigint,
    step text NOT NULL,
    settlement text NOT NULL,
    refund text,
    person text,
    region text,
    institution text,
    service_class text,
    med_type text,
    visit text,
    message text,
    insutype text,
    clr_type text,
    clr_optins text,
    setl_optins text,
    external text,
    corrects text,
    payers text[],
    paid_fen bigint[]
);
CREATE INDEX ON clearing_steps (settlement);
CREATE INDEX ON clearing_steps USING brin (((at AT TIME ZONE 'Asia/Shanghai')::date));
