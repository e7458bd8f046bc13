"""Back-office reconciliation: from a difference of totals to the event that caused it.

Read in this order:

    rows      the two sides as rows, and the rules of a profile: what everything else here speaks of
    files     bytes in, rows or a list of unreadable lines out; and the files that are sent: pure
    matching  which rows belong together, and why the others do not: pure
    items     a break from opening to closing; acting: what people may do with it: pure
    periods   the days reconciled together; statement: their sheet and its equations: pure
    desk      the door: files in, runs kept, two people, corrections, signatures
"""
