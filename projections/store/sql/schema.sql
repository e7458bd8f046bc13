-- Where each model stands. The only table of this schema whose rows are ever changed:
-- `position` moves in the transaction that adds the rows up to it.
DO $$ BEGIN
    IF to_regnamespace('read_model') IS NULL THEN CREATE SCHEMA read_model; END IF;
END $$;
CREATE TABLE IF NOT EXISTS read_model.tracking (
    model text PRIMARY KEY,
    version integer NOT NULL,
    position bigint NOT NULL
);
