"""Where the log lives: PostgreSQL through the eventsourcing library's recorder, or memory for dry runs and tests."""
