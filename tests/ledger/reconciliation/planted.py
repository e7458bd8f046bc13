"""A hundred files with one planted defect each, by seed: what was planted, where, and how it must be told."""

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ledger.reconciliation.files.packing import packed
from ledger.reconciliation.files.profile import Profile
from tests.ledger.reconciliation.layouts import PROFILES
from tests.ledger.reconciliation.planted_cells import BANK_CELLS, DETAIL_CELLS, RESULT_CELLS

Read = tuple[int, str | None, str]
Cells = list[list[str]]

_LINES: Final = 12
_AMOUNT: Final = "medfee_sumamt"


class Planted(NamedTuple):
    """A file with one defect. `told` is the one thing that the reader must say, and nothing else."""

    what: str
    profile: Profile
    content: bytes
    told: Read


def planted(seed: int) -> Iterator[Planted]:
    """All of them, each in a line of its own choosing."""
    luck = random.Random(seed)
    upload, result, bank = PROFILES["3202-upload-8"], PROFILES["3202-result-11"], PROFILES["bank-sample"]
    for what, column, cell, code in DETAIL_CELLS:
        yield _cell(luck, upload, details(luck), what, (column, cell, code))
    for what, column, cell, code in RESULT_CELLS:
        yield _cell(luck, result, results(luck), what, (column, cell, code))
    for what, column, cell, code in BANK_CELLS:
        yield _cell(luck, bank, movements(luck), what, (column, cell, code))
    yield from _lines(luck, upload)
    yield from _headings(luck, bank)
    yield from _zips(luck, upload)
    yield from _objects(luck)


def details(luck: random.Random) -> Cells:
    """Forward and reverse rows of the eight-column upload; every third is a refund."""
    rows = []
    for number in range(_LINES):
        sign, flag = ("-", "1") if number % 3 == 2 else ("", "0")
        total = luck.randrange(1, 10**6)
        amounts = [f"{sign}{fen // 100}.{fen % 100:02d}" for fen in (total + 5, 2, total + 3)]
        rows.append([f"S{number}", f"V{number}", f"P{luck.randrange(5)}", *amounts, flag, "null"])
    return rows


def results(luck: random.Random) -> Cells:
    """Rows that differ, by the eleven columns."""
    amounts = [f"{luck.randrange(1000)}.{luck.randrange(100):02d}" for _ in range(3 * _LINES)]
    return [
        [f"P{n}", f"V{n}", f"S{n}", f"M{n}", "000103", "0", "金额不符", *amounts[3 * n : 3 * n + 3], "null"]
        for n in range(_LINES)
    ]


def movements(luck: random.Random) -> Cells:
    """A bank's rows in the order of the sample's columns."""
    return [
        [f"2025-01-{n + 1:02d}", f"S{n}", f"P{n}", "借", f"{luck.randrange(1000)}.00", "门诊"]
        for n in range(_LINES)
    ]


def written(profile: Profile, rows: Cells) -> bytes:
    """Cells as a file of this profile."""
    separator = "\t" if profile.separator == "tab" else ","
    end = "\n" if profile.line_end == "lf" else "\r\n"
    headed = (
        [[profile.header_of(column) for column in profile.columns]] if profile.header == "by_name" else []
    )
    return "".join(separator.join(row) + end for row in (*headed, *rows)).encode(profile.encoding)


def _cell(
    luck: random.Random, profile: Profile, rows: Cells, what: str, plant: tuple[str, str, str]
) -> Planted:
    column, cell, code = plant
    row = luck.choice([n for n in range(_LINES) if n % 3 != 2])
    rows[row][profile.columns.index(column)] = cell
    line = row + 1 + (profile.header == "by_name")
    whole_line = code in ("quotes", "column_count")
    return Planted(what, profile, written(profile, rows), (line, None if whole_line else column, code))


def _lines(luck: random.Random, profile: Profile) -> Iterator[Planted]:
    chinese = "冲销".encode("gb18030")
    plants: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
        "a column too few": (lambda line: line.rpartition(b"\t")[0] + b"\n", "column_count"),
        "a column too many": (lambda line: line[:-1] + b"\t1\n", "column_count"),
        "a TAB behind": (lambda line: line[:-1] + b"\t\n", "trailing_separator"),
        "a blank line": (lambda _line: b"\n", "blank_line"),
        "a line of nothing but TABs": (lambda _line: b"\t" * 7 + b"\n", "empty"),
        "commas for TABs": (lambda line: line.replace(b"\t", b","), "column_count"),
        "spaces for TABs": (lambda line: line.replace(b"\t", b"    "), "column_count"),
        "GB18030 in a UTF-8 file": (lambda line: line.replace(b"null", chinese), "not_in_encoding"),
        "half a character": (lambda line: line.replace(b"null", "冲销".encode()[:-1]), "not_in_encoding"),
        "CR and LF at the end": (lambda line: line[:-1] + b"\r\n", "carriage_return"),
        "two lines in one": (lambda line: line[:-1] + line, "column_count"),
        "a line broken in two": (lambda line: line.replace(b"\tV", b"\n\tV", 1), "column_count"),
    }  # fmt: skip
    for what, (plant, code) in plants.items():
        found = written(profile, details(luck)).splitlines(keepends=True)
        row = luck.choice([n for n in range(_LINES - 1) if n % 3 != 2])
        found[row] = plant(found[row])
        column = {"carriage_return": "exp_content", "empty": "setl_id"}.get(code)
        yield Planted(what, profile, b"".join(found), (row + 1, column, code))
    whole = written(profile, details(luck))
    yield Planted("a last line that is cut off", profile, whole[:-1], (_LINES, None, "cut_off"))
    yield Planted("a byte order mark", profile, b"\xef\xbb\xbf" + whole, (1, None, "byte_order_mark"))
    yield Planted("UTF-16", profile, "S1\tV1".encode("utf-16"), (1, None, "not_in_encoding"))
    yield Planted("an empty file", profile, b"", (0, None, "empty_file"))
    seven = PROFILES["3202-upload-7-cr-tab"]
    text = "S1\r\tV1\r\t张\r\t1.00\r\t0.00\r\t1.00\r\t0\r\t\n"
    yield Planted("UTF-8 in a GB18030 file", seven, text.encode(), (0, None, "other_encoding"))
    plain = text.replace("张", "P1").encode()
    bare = plain + plain.replace(b"\r\t\n", b"\n")
    yield Planted("a last cell without CR and TAB", seven, bare, (2, None, "line_end"))


def _headings(luck: random.Random, profile: Profile) -> Iterator[Planted]:
    whole = written(profile, movements(luck)).decode("gb18030")
    for what, old, new, told in (
        ("a heading twice", "摘要", "金额", (1, "amount", "header_twice")),
        ("a heading of another bank", "结算编号", "业务编号", (1, None, "header_unknown")),
        ("no header row", whole.partition("\n")[0] + "\n", "", (1, None, "header_unknown")),
    ):
        yield Planted(what, profile, whole.replace(old, new, 1).encode("gb18030"), told)
    legs = PROFILES["legs-exchange"]
    names = list(legs.columns)
    swapped = "\t".join([names[1], names[0], *names[2:]]).encode() + b"\n"
    yield Planted("headings in another order", legs, swapped, (1, None, "header_order"))
    row = ["S1", "1", "WEI", "510100", "child", "current", "5.00", "forward", "1", "null"]
    twice = "".join("\t".join(cells) + "\n" for cells in (names, row, row)).encode()
    yield Planted("a leg twice", legs, twice, (3, "leg_no", "leg_twice"))


def _zips(luck: random.Random, profile: Profile) -> Iterator[Planted]:
    text = written(profile, details(luck))
    whole = packed("details.txt", text)
    encrypted = whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    for what, content, code in (
        ("a truncated zip file", whole[: len(whole) // 2], "zip_broken"),
        ("a zip file with a flipped bit", _flipped(whole), "zip_broken"),
        ("two members", _zipped({"a.txt": text, "b.txt": text}), "zip_members"),
        ("no member", _zipped({}), "zip_members"),
        ("a member that climbs out", _zipped({"../a.txt": text}), "zip_member_name"),
        ("a member with an absolute path", _zipped({"/etc/a.txt": text}), "zip_member_name"),
        ("a member in a folder", _zipped({"a/b.txt": text}), "zip_member_name"),
        ("a folder", _zipped({"a/": b""}), "zip_member_name"),
        ("an encrypted member", encrypted, "zip_method"),
        ("a member packed in another way", _zipped({"a.txt": text}, zipfile.ZIP_LZMA), "zip_method"),
        ("a zip bomb", _claiming(whole, 300 * 1024 * 1024), "too_large"),
        (
            "a zip bomb that claims to be small",
            _claiming(_zipped({"a.txt": bytes(10**6)}), 100),
            "zip_broken",
        ),
        ("a zip file in front of another", whole + packed("details.txt", text + text), "zip_around"),
        ("something behind a zip file", whole + b"more", "zip_around"),
        ("a zip file of nothing", packed("details.txt", b""), "empty_file"),
    ):
        yield Planted(what, profile, content, (0, None, code))
    bank = PROFILES["bank-sample"]
    yield Planted("a zip file where none is expected", bank, whole, (0, None, "zip_not_declared"))


def _zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _claiming(whole: bytes, size: int) -> bytes:
    """A zip file whose directory names another size of its member."""
    at = whole.rindex(b"PK\x01\x02") + 24
    return whole[:at] + size.to_bytes(4, "little") + whole[at + 4 :]


def _flipped(whole: bytes) -> bytes:
    middle = len(whole) // 3
    return whole[:middle] + bytes([whole[middle] ^ 0x10]) + whole[middle + 1 :]


def settlement(**changes: Any) -> dict[str, Any]:
    """A settlement result as the national interface gives it (case 62, mutual aid inside)."""
    fields: dict[str, Any] = {
        "mdtrt_id": "LIN-V1", "setl_id": "LIN-S1", "psn_no": "LIN", "psn_name": "林奶奶",
        "certno": "11010519491231002X", "psn_type": "11", "insutype": "310", "med_type": "11",
        "setl_time": "2025-05-20 10:10:00", "medfee_sumamt": "1000.00", "hifp_pay": "680.00",
        "fund_pay_sumamt": "680.00", "psn_part_amt": "320.00", "acct_pay": "320.00",
        "acct_mulaid_pay": "270.00", "psn_cash_pay": "0", "hosp_part_amt": "0.00", "balc": "0.00",
        "medins_setl_id": "M77", "clr_optins": "510100", "clr_type": "11",
    }  # fmt: skip
    return {key: value for key, value in (fields | changes).items() if value is not ...}


def _objects(luck: random.Random) -> Iterator[Planted]:
    profile = PROFILES["settlements-national"]
    line = luck.randrange(1, 5)
    time = "setl_time"
    other = {"acct_pay": "50.00", "psn_cash_pay": "0.00"}
    plants: tuple[tuple[str, str, str | None, str], ...] = (
        ("no JSON", "{", None, "not_json"),
        ("a list", "[]", None, "not_an_object"),
        ("a blank line between objects", " ", None, "blank_line"),
        ("a key twice", '{"setl_id": "A", "setl_id": "B"}', None, "key_twice"),
        ("an unknown key", json.dumps(settlement(colour="red")), None, "key_unknown"),
        ("a missing key", json.dumps(settlement(setl_id=...)), "setl_id", "key_missing"),
        ("a null settlement id", json.dumps(settlement(setl_id=None)), "setl_id", "null_refused"),
        ("a truth value", json.dumps(settlement(setl_id=True)), "setl_id", "not_a_text"),
        ("an amount with an exponent", json.dumps(settlement(balc=1e22)), "balc", "exponent"),
        ("NaN as a number", json.dumps(settlement(balc=float("nan"))), None, "not_json"),
        ("a time with a T", json.dumps(settlement(setl_time="2025-05-20T10:10:00")), time, "not_a_time"),
        ("a 31st of June", json.dumps(settlement(setl_time="2025-06-31 10:10:00")), time, "not_a_time"),
        ("mutual aid outside", json.dumps(settlement(**other)), _AMOUNT, "mutual_aid_otherwise"),
        ("a sum that is short", json.dumps(settlement(acct_pay="319.99")), _AMOUNT, "sum_not_closed"),
        ("a negative cash part", json.dumps(settlement(psn_cash_pay="-1.00")), "psn_cash_pay", "negative"),
    )  # fmt: skip
    for what, text, column, code in plants:
        found = [json.dumps(settlement(setl_id=f"LIN-S{n}")) for n in range(5)]
        found[line - 1] = text
        yield Planted(what, profile, ("\n".join(found) + "\n").encode(), (line, column, code))
