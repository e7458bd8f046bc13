"""A report in four forms, each read back: equal rows, the ledger's totals, nothing that runs, no identity."""

import csv
import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ledger.events.periods import NamedRest
from ledger.events.reconciliation import Effect
from ledger.money import yuan
from ledger.reconciliation.running import OurSide
from scripts.cli.texts import printable
from scripts.reports import as_csv, as_html, as_xlsx
from scripts.reports.content import Cell, Report, Table, content
from scripts.reports.words import FIELDS, TABLES
from tests.ledger.reconciliation.back_office import CHECKER, GIVE_BACK, MAKER, MARCH, BackOffice, ours, theirs

CITIZEN = "11010519491231002X"
STEERING = "=cmd|' /C calc'!A0"
NAMES = (f"{STEERING}.txt", "+1.txt", "-2.txt", "@x.txt", "'quoted', \"twice\".txt", "<script>x</script>.txt")


@pytest.fixture
def office() -> BackOffice:
    """Bills that agree, differ, are missing on either side, and files with names that want to be run."""
    office = BackOffice()
    for number, fen in enumerate((100_00, 150_00, 61_00, 5, 12_345_67, 1_00), 1):
        office.charged(f"S-{number}", fen)
    for name, row in zip(
        NAMES,
        (
            theirs("S-1", 100_00), theirs("S-2", 89_00), theirs("S-4", 5), theirs("S-5", 12_345_67),
            theirs("S-7", 33_00), theirs(None, 1_00, day=date(2026, 3, 20)),
        ),
        strict=True,
    ):  # fmt: skip
        office.told(row, name=name)
    return office


def report_of(office: BackOffice) -> Report:
    run = office.matched()
    return content(office.desk, office.desk.told(MARCH, OurSide(office.ours, run.event.upto)))


@pytest.fixture
def report(office: BackOffice) -> Report:
    return report_of(office)


def test_the_tables_say_what_the_run_said(report: Report) -> None:
    totals = {(row[0], row[1]): row[2:] for row in table(report, "totals").rows}
    run = report.run
    assert totals["here", "movements"] == (
        run.here.rows, run.here.total_fen, run.here.fund_fen, run.here.account_fen,
    )  # fmt: skip
    for side, came in (("here", run.here), ("there", run.there)):
        matched, left = totals[side, "matched"], totals[side, "open"]
        both = [_fen(a) + _fen(b) for a, b in zip(matched, left, strict=True)]
        assert both == list(totals[side, "movements"])
        assert totals[side, "movements"][1] == came.total_fen
    effects = [_fen(row[5]) for row in table(report, "breaks").rows]
    assert sum(effects) == totals[None, "difference"][1] == run.there.total_fen - run.here.total_fen
    assert report.position == run.upto


def test_json_lists_every_match_and_every_break(report: Report, office: BackOffice) -> None:
    found = json.loads(json.dumps(report.plain()))
    first = next(match for match in found["matches"] if match["ours"] == ["S-1"])
    (line,) = first["theirs"]
    assert (first["rule"], first["automatic"], line["line"]) == ("settlement_and_amounts", True, 1)
    assert found["files"][line["number"] - 1]["sha256"] == line["file"]
    breaks = {one["key"]: one for one in found["breaks"]}
    assert breaks["ours:S-2"]["effect"] == {"total_fen": -61_00, "fund_fen": 0, "account_fen": -61_00}
    assert (breaks["ours:S-2"]["class"], breaks["ours:S-2"]["side"]) == ("total", "both")
    assert (breaks["ours:S-3"]["days"], breaks["ours:S-3"]["working_days"]) == (23, 17)
    assert len(found["matches"]) == len(table(report, "matches").rows)
    assert len(found["breaks"]) == len(table(report, "breaks").rows)


@pytest.mark.parametrize("bom", [False, True])
def test_csv_is_read_back_as_it_was(report: Report, tmp_path: Path, bom: bool) -> None:
    for path, wanted in zip(as_csv.write(report, tmp_path / "out", bom=bom), report.tables, strict=True):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf") is bom
        head, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        assert len(head) == len(wanted.columns)
        kinds = [kind for _, kind in wanted.columns]
        found = [tuple(map(_from_csv, kinds, row)) for row in rows]
        assert found == [tuple(row) for row in wanted.rows]


def test_no_text_of_a_csv_file_begins_as_a_formula_does(report: Report, tmp_path: Path) -> None:
    as_csv.write(report, tmp_path, bom=False)
    texts = [io.StringIO(path.read_text(encoding="utf-8"), newline="") for path in tmp_path.iterdir()]
    cells = [cell for text in texts for row in csv.reader(text) for cell in row]
    assert f"'{STEERING}.txt" in cells
    steering = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert all(re.fullmatch(r"-\d+\.\d\d", cell) for cell in steering)


def test_xlsx_is_read_back_as_it_was_with_ids_as_text_and_amounts_as_numbers(
    report: Report, tmp_path: Path
) -> None:
    as_xlsx.write(report, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    for wanted in report.tables:
        sheet = book[TABLES[wanted.name][1]]
        head, *rows = list(sheet.iter_rows())
        assert [cell.value for cell in head] == [
            "{1} {0}".format(*FIELDS[name]) for name, _ in wanted.columns
        ]
        kinds = [kind for _, kind in wanted.columns]
        found = [tuple(_from_xlsx(kind, cell) for kind, cell in zip(kinds, row, strict=True)) for row in rows]
        assert found == [tuple(row) for row in wanted.rows]


def test_the_same_report_is_the_same_workbook_and_page(report: Report, tmp_path: Path) -> None:
    for name in ("one", "two"):
        as_xlsx.write(report, tmp_path / f"{name}.xlsx")
        as_html.write(report, tmp_path / f"{name}.html")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_cell_that_xlsx_cannot_hold_is_refused(report: Report, tmp_path: Path) -> None:
    (totals, *_) = report.tables
    long = Table("matches", (("ours", "text"),), [("x" * 40_000,)])
    with pytest.raises(as_xlsx.TooLong):
        as_xlsx.write(report._replace(tables=(totals, long)), tmp_path / "report.xlsx")


def test_a_table_longer_than_a_sheet_goes_on_to_another(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_xlsx, "ROWS", 2)
    as_xlsx.write(report, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    rows = [
        row[0].value
        for name in book.sheetnames
        if name.startswith(TABLES["breaks"][1]) and not name.startswith(TABLES["classes"][1])
        for row in list(book[name].iter_rows())[1:]
    ]
    assert rows == [row[0] for row in table(report, "breaks").rows]


def test_html_is_read_back_as_it_was(report: Report, tmp_path: Path) -> None:
    page = Page.of(report, tmp_path)
    for wanted in report.tables:
        shown = [
            [as_html.shown(name, value) for (name, _), value in zip(wanted.columns, row, strict=True)]
            for row in wanted.rows
        ]
        assert page.tables[wanted.name] == shown
    amounts = [cell for row in page.tables["totals"] for cell in row[3:]]
    assert yuan(report.run.here.total_fen) in amounts


def test_html_opens_offline_prints_and_runs_nothing(report: Report, tmp_path: Path) -> None:
    page = Page.of(report, tmp_path)
    assert not page.fetched
    assert not {"script", "iframe", "object", "link", "img"} & page.tags
    assert "@media print" in page.text
    assert "&lt;script&gt;x&lt;/script&gt;.txt" in page.text
    assert 'lang="zh-CN"' in page.text


def test_the_sheet_has_capital_numerals_both_people_and_the_equation(
    office: BackOffice, tmp_path: Path
) -> None:
    (item,) = (found for found in office.matched().opened if office.desk.item(found).opened.key == "ours:S-2")
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    office.desk.correct(item)
    office.ours.append(ours("S-2", 150_00, refund=f"{item}.refund"))
    office.matched()
    waiting = office.as_(MAKER).propose_sign_off(MARCH)
    office.as_(CHECKER).sign(MARCH, waiting.proposal, waiting.digest)
    run = office.desk.period(MARCH).matched
    assert run is not None
    signed = content(office.desk, office.desk.told(MARCH, OurSide(office.ours, run.upto)))
    page = Page.of(signed, tmp_path)
    assert signed.state == "signed"
    assert "壹万贰仟伍佰零柒元柒角贰分" in page.text  # ours: 12,507.72
    assert "分毫不差" in page.text
    assert f"<td>{MAKER}</td>" in page.text
    assert f"<td>{CHECKER}</td>" in page.text
    assert waiting.digest in page.text


def test_no_citizen_id_number_is_in_any_form(office: BackOffice, tmp_path: Path) -> None:
    office.told(theirs("S-8", 1_00), name=f"{CITIZEN}.txt")
    report = report_of(office)
    as_csv.write(report, tmp_path / "csv", bom=False)
    as_html.write(report, tmp_path / "page.html")
    as_xlsx.write(report, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    texts = [path.read_text() for path in tmp_path.rglob("*.csv")]
    texts += [(tmp_path / "page.html").read_text(), json.dumps(report.plain()), *cells]
    assert not [text for text in texts if CITIZEN in text or "LIN" in text]


def test_a_rest_that_is_named_stands_on_the_sheet(office: BackOffice, tmp_path: Path) -> None:
    office.matched()
    named = (NamedRest(reason="<b>by letter</b>", effect=Effect()),)
    office.as_(MAKER).propose_sign_off(MARCH, named)
    run = office.desk.period(MARCH).matched
    assert run is not None
    report = content(office.desk, office.desk.told(MARCH, OurSide(office.ours, run.upto)))
    assert "&lt;b&gt;by letter&lt;/b&gt;" in Page.of(report, tmp_path).text


def table(report: Report, name: str) -> Table:
    return next(one for one in report.tables if one.name == name)


def _fen(cell: Cell) -> int:
    assert isinstance(cell, int)
    return cell


def _from_csv(kind: str, cell: str) -> Cell:
    if cell == "":
        return None
    if kind == "fen":
        return int(cell.replace(".", ""))
    return int(cell) if kind == "count" else cell.removeprefix("'")


def _from_xlsx(kind: str, cell: Any) -> Cell:
    assert cell.data_type != "f"
    if cell.value is None:
        return None
    if kind == "fen":
        assert isinstance(cell.value, int | float)
        return round(cell.value * 100)
    assert isinstance(cell.value, int if kind == "count" else str)
    return int(cell.value) if kind == "count" else str(cell.value)


class Page(HTMLParser):
    """A page's tables by id, its tags, and whatever it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._cell: list[str] | None = None

    @classmethod
    def of(cls, report: Report, folder: Path) -> "Page":
        as_html.write(report, folder / "report.html")
        page = cls()
        page.text = (folder / "report.html").read_text(encoding="utf-8")
        page.feed(page.text)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "table":
            self._rows = self.tables.setdefault(dict(attrs).get("id") or "", [])
        elif tag == "tr":
            self._rows.append([])
        elif tag == "td":
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._cell is not None:
            self._rows[-1].append("".join(self._cell))
            self._cell = None
        elif tag == "thead":
            self._rows.clear()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def test_what_would_steer_a_terminal_is_shown_as_a_mark() -> None:
    assert as_html.shown("name", "a\x1b[2Jb") == printable("a\x1b[2Jb") == "a\ufffd[2Jb"
