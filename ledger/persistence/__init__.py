"""Where the log lives: PostgreSQL through the library's recorder, or memory for dry runs and tests."""
