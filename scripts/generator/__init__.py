"""A plausible city, written as contract commands: the parts behind `scripts.generate`."""
