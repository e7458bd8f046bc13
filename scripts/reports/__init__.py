"""What a reconciliation came to, for people and programs: one content, four forms.

words      what classes, rules, states and columns are called, in both languages
capitals   amounts in capital numerals
content    a run told again as tables: the same rows for every form
as_json    one object for programs
as_csv     a file a table; text cells that no spreadsheet takes for a formula
as_xlsx    a sheet a table; ids as text, amounts as numbers
as_html    one page that opens offline and prints; `report.html.j2`
"""
