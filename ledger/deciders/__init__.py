"""What each command does: one pure function per op, from states and policies to events or a refusal.

A decider reads no store, no clock and no environment: everything it may look at comes through its `Desk`.
"""
