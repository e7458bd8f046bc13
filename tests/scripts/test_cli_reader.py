"""How lines come out of files, pipes and pauses."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.cli.lines import LONGEST_LINE, LineReader, Overlong

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    read_end, write_end = os.pipe()
    yield read_end, write_end
    os.close(read_end)


def lines_of(path: Path, content: bytes, size: int = 1000) -> list[list[bytes]]:
    path.write_bytes(content)
    fd = os.open(path, os.O_RDONLY)
    try:
        return list(LineReader(fd, lambda: size).batches())
    finally:
        os.close(fd)


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "f", b"") == []


def test_a_blank_line_is_a_line(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "f", b"\n\na\n") == [[b"", b"", b"a"]]


def test_the_last_line_needs_no_line_feed(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "f", b"a\nb") == [[b"a", b"b"]]


def test_a_carriage_return_stays_with_its_line_for_the_parser_to_skip(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "f", b"a\r\nb\r\n") == [[b"a\r", b"b\r"]]


def test_a_file_comes_in_batches_of_the_size_asked_for(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "f", b"1\n2\n3\n4\n5\n", size=2) == [[b"1", b"2"], [b"3", b"4"], [b"5"]]


def test_a_line_of_exactly_one_mebibyte_is_whole(tmp_path: Path) -> None:
    [[line, after]] = lines_of(tmp_path / "f", b"x" * LONGEST_LINE + b"\nafter\n")
    assert (len(line), after) == (LONGEST_LINE, b"after")
    assert not isinstance(line, Overlong)


@pytest.mark.parametrize("extra", [1, 2, 300_000, 5_000_000])
def test_a_longer_line_is_cut_one_byte_beyond_and_its_neighbours_are_not(tmp_path: Path, extra: int) -> None:
    content = b"before\n" + b"x" * (LONGEST_LINE + extra) + b"\nafter\n"
    lines = [line for batch in lines_of(tmp_path / "f", content) for line in batch]
    assert [len(line) for line in lines] == [6, LONGEST_LINE + 1, 5]
    assert isinstance(lines[1], Overlong)
    assert lines[1].rest is None


def test_the_rest_of_a_cut_line_is_kept_on_disk_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * LONGEST_LINE + b"yz" * 500_000 + b"\nafter")
    fd = os.open(path, os.O_RDONLY)
    lines = [line for batch in LineReader(fd, lambda: 1000, keep_overlong=True).batches() for line in batch]
    os.close(fd)
    cut = lines[0]
    assert isinstance(cut, Overlong)
    assert cut.rest is not None
    with cut.rest as rest:
        rest.seek(0)
        assert cut[-1:] + rest.read() == b"yz" * 500_000
    assert lines[1] == b"after"


def test_many_long_lines_close_a_batch_before_they_fill_the_memory(tmp_path: Path) -> None:
    batches = lines_of(tmp_path / "f", (b"x" * (LONGEST_LINE - 1) + b"\n") * 20)
    assert sum(map(len, batches)) == 20
    assert max(map(len, batches)) <= 5


def test_a_pause_closes_a_batch_so_that_a_caller_may_wait_for_its_answer(pipe: Pipe) -> None:
    read_end, write_end = pipe
    batches = LineReader(read_end, lambda: 1000).batches()
    os.write(write_end, b"first\n")
    assert next(batches) == [b"first"]
    os.write(write_end, b"second\nthird\nhalf of the ")
    assert next(batches) == [b"second", b"third"]
    os.write(write_end, b"fourth\n")
    assert next(batches) == [b"half of the fourth"]
    os.close(write_end)
    assert list(batches) == []


def test_a_pipe_that_nobody_may_block_on_is_read_all_the_same(pipe: Pipe) -> None:
    read_end, write_end = pipe
    os.set_blocking(read_end, False)
    batches = LineReader(read_end, lambda: 1000).batches()

    def write_late() -> None:
        os.write(write_end, b"late\n")
        os.close(write_end)

    writer = threading.Timer(0.05, write_late)
    writer.start()
    assert list(batches) == [[b"late"]]
    writer.join()


def test_a_named_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(b"a\nb\n",))
    writer.start()
    fd = os.open(fifo, os.O_RDONLY)
    assert [line for batch in LineReader(fd, lambda: 1000).batches() for line in batch] == [b"a", b"b"]
    writer.join()
    os.close(fd)


@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"")), max_size=60), st.integers(1, 7))
def test_lines_and_their_order_survive_any_batch_size(lines: list[bytes], size: int) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"".join(line + b"\n" for line in lines))
    os.close(write_end)
    batches = list(LineReader(read_end, lambda: size).batches())
    os.close(read_end)
    assert [line for batch in batches for line in batch] == lines
    assert all(0 < len(batch) <= size for batch in batches)


def test_the_reader_says_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc\ndef")
    fd = os.open(path, os.O_RDONLY)
    reader = LineReader(fd, lambda: 1000)
    list(reader.batches())
    os.close(fd)
    assert reader.bytes_read == 7
