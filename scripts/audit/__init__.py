"""The auditor's side of the program: the third way in SQL, and the comparison with the aggregates."""
