"""State folded from events, one module per aggregate: state (frozen), then `evolve` (never refuses)."""
