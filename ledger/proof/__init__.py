"""Proof that nothing in the log was changed, removed, inserted or reordered: pure functions over bytes.

Read in this order:

    tree         hashes of RFC 6962, and the compact range that keeps a root with a few hashes
    proofs       that an event is in the log, that a longer log begins with a shorter one; making and checking
    leaves       the one place where a stored event becomes the bytes of a leaf
    notes        signed notes and their keys: C2SP signed-note, Ed25519, and cosignatures with a time
    checkpoints  what a log says of itself: origin, size, root; C2SP tlog-checkpoint
    witness      a second hand that signs only what goes on from what it saw before: C2SP tlog-cosignature
    tiles        nodes and entries as files: C2SP tlog-tiles
    proof_file   one event's proof as a file: C2SP tlog-proof
    folder       a folder of such files that grows, its checkpoint last
    export       the whole log as such a folder
    outside      the folder of checkpoints that is kept outside the database
    findings     what may be wrong with a log, in words
    locating     the first position that is not what was signed, by tiles kept outside
    verifying    the whole log computed anew and held to its checkpoints
    signed       those checkpoints, from wherever they are kept, each held to the others

Nothing here reads a clock, a database or the environment; times and keys are handed in. Positions count from
1, as in the log; an index counts from 0, as in the standards: position = index + 1.
"""
