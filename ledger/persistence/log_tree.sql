-- The Merkle tree over the log, kept up to a position. Made again from the log at any time: it is no source of truth.

CREATE SCHEMA IF NOT EXISTS proof;

-- One row: how many events the tiles cover.
CREATE TABLE IF NOT EXISTS proof.tree (size bigint NOT NULL);
INSERT INTO proof.tree SELECT 0 WHERE NOT EXISTS (SELECT FROM proof.tree);

-- Tiles as C2SP tlog-tiles has them; the last of a level grows until it holds 256 hashes of 32 bytes.
CREATE TABLE IF NOT EXISTS proof.tiles (
    number bigint NOT NULL,
    level  smallint NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, number)
);
ALTER TABLE proof.tiles ALTER hashes SET STORAGE EXTERNAL; -- hashes do not compress
