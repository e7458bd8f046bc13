-- The vault: who a person number is. Ciphertext and keyed hashes only; the keys lie outside the database.
-- Who may do what with it stands in `ledger/persistence/rights.py`.
CREATE SCHEMA IF NOT EXISTS vault;

-- One row: the key store this vault belongs to. Another store's keys would open nothing and seal what nobody finds.
CREATE TABLE IF NOT EXISTS vault.key_store (
    id     bytea NOT NULL,
    format integer NOT NULL
);

-- A person a row. Each field is sealed under the person's own data key (AES-256-GCM: scheme, nonce, ciphertext, tag);
-- each `…_mac` is HMAC-SHA-256 under a key of that field's own.
CREATE TABLE IF NOT EXISTS vault.people (
    person         text PRIMARY KEY,
    key_id         bytea NOT NULL,
    name           bytea,
    citizen_id     bytea,
    phone          bytea,
    born           bytea,
    citizen_id_mac bytea,
    phone_mac      bytea
);
-- Only equality is ever asked, and a hash index keeps four bytes of a value where a tree keeps all of it.
CREATE INDEX IF NOT EXISTS people_by_citizen_id ON vault.people USING hash (citizen_id_mac);
CREATE INDEX IF NOT EXISTS people_by_phone ON vault.people USING hash (phone_mac);
