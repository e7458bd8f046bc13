"""A month of settlements of two sides, with every kind of break planted at a known rate, and the truth.

It shares no code with the matching: what belongs together is known because it was made together.

    bills     people, visits and the bills they bring: the month as it truly was
    books     the two sides' rows as they are written, and what is true of them
    fates     what becomes of one bill on its way into both books: most agree, some break
    bundles   bills that one side books together: 1 to n, n to 1, n to m; and bills that nobody can tell apart
    build     all of it, by seed
    files     the same as files: commands, detail files, legs, truth
    scoring   what a matching got right
"""
