"""Which rows of two sides belong together, and why the others do not. Pure."""
