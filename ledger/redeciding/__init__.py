"""Deciding again: what the log says was decided, held against the rules and packs that the log itself holds.

`redecide` takes every recorded decision again and lists those that do not come out as recorded. `what_if`
decides a beneficiary's bills under another policy or another debit order and shows what would have changed.
Neither writes anything.

Sharing the rules with the writer is meant. Whether the rules are right is shown by tests that share nothing
with them; what is shown here is that this log, byte by byte, is what these rules and the packs in it give:
that nobody has edited a decision, left one out or slipped one in, and that no program with other rules has
written here.
"""
