"""Read models: what people look at. Append-only rows, each a pure function of the log up to its position."""
