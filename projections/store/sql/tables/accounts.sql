CREATE TABLE account_steps (
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    account text NOT NULL,
    region text,
    insurance text,
    status text
);
CREATE INDEX ON account_steps (account);
