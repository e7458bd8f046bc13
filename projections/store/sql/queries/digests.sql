-- name: plain_text
-- For this transaction: values as the same text on every machine, and room to sort in.
SELECT set_config('DateStyle', 'ISO, YMD', true), set_config('TimeZone', 'UTC', true),
    set_config('client_encoding', 'UTF8', true), set_config('work_mem', '128MB', true);

-- name: collated_columns
-- Columns that a locale could sort in its own way.
SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass(quote_ident(%(table)s)) AND attnum > 0 AND NOT attisdropped AND attcollation <> 0;
