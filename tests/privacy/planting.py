"""Made-up people, planted in command lines: in every field, as keys, in wreckage that is no line at all."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from ledger.ids import citizen_check_digit
from tests.ledger.field_table import FIELDS, line_of

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高欧阳诸葛"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国志远"
LATIN = ("Zhang", "Wang", "Ouyang", "Zhuge", "Chen", "Liu")


class Somebody(NamedTuple):
    """An identity that is nobody's: a valid citizen-ID number, a name in both scripts, a phone."""

    number: str
    name: str
    latin: str
    phone: str

    @property
    def traces(self) -> tuple[str, ...]:
        """What must not turn up where it does not belong."""
        return (self.number, self.number.lower(), self.name, self.latin, self.phone)


def somebody(random: Random) -> Somebody:
    """Somebody drawn at random."""
    region = random.choice(("110101", "440113", "510104", "330106", "659001"))
    day = f"{random.randint(1930, 2024)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    digits = f"{region}{day}{random.randint(0, 999):03}"
    name = random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.randint(1, 2)))
    latin = f"{random.choice(LATIN)}{random.choice(LATIN).lower()}{random.randint(10, 99)}"
    phone = f"1{random.randint(3, 9)}{random.randint(0, 10**9 - 1):09}"
    return Somebody(digits + citizen_check_digit(digits), name, latin, phone)


def raw(obj: Any) -> bytes:
    """As JSON."""
    return json.dumps(obj, ensure_ascii=False).encode()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield (*path, key)
        yield from places(part, (*path, key))


def put(obj: Any, path: tuple[Any, ...], value: Any) -> None:
    """Another value at a place."""
    for key in path[:-1]:
        obj = obj[key]
    obj[path[-1]] = value


def trace_of(random: Random, who: Somebody) -> str:
    """Something about somebody, the number most often."""
    return random.choice((who.number, who.number, who.number.lower(), who.name, who.latin, who.phone))


def as_value(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    trace = trace_of(random, who)
    put(obj, random.choice(list(places(obj))), trace)
    return raw(obj)


def as_number(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    digits = random.choice((who.number[:17], who.phone))
    put(obj, random.choice(list(places(obj))), random.choice((int(digits), float(digits), -int(digits))))
    return raw(obj)


def in_a_sentence(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    said = random.choice(("身份证{}，{}，电话{}", "{} is the number of {} ({})", "a {}\n{}\t{}"))
    put(obj, random.choice(list(places(obj))), said.format(who.number, who.name, who.phone))
    return raw(obj)


def as_key(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    inner = [obj, *(value for value in obj.values() if isinstance(value, dict))]
    random.choice(inner)[trace_of(random, who)] = random.choice((1, "x", None, [], {}))
    return raw(obj)


def as_container(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    trace = trace_of(random, who)
    deep: Any = trace
    for _ in range(random.randint(1, 6)):
        deep = random.choice(({trace: deep}, [deep, trace]))
    put(obj, random.choice(list(places(obj))), deep)
    return raw(obj)


def twice(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    name, trace = random.choice((*obj, trace_of(random, who))), trace_of(random, who)
    return raw({**obj, name: trace})[:-1] + b"," + raw({name: trace})[1:]


def cut_short(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    line = in_a_sentence(random, obj, who)
    return line[: random.randint(len(line) // 2, len(line) - 1)]


def one_byte_wrong(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    line = bytearray(as_value(random, obj, who))
    line[random.randrange(len(line))] = random.choice(b'\x00\xff{}[]",:0 ')
    return bytes(line).replace(b"\n", b" ")


def no_json(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    shapes = ("{},{},{}", "name={}&id={}&tel={}", "<p>{} {} {}</p>", '"{} {} {}"', "[{}, '{}', {}]")
    return random.choice(shapes).format(who.name, who.number, who.phone).encode(
        random.choice(("utf-8", "gb18030", "utf-16-be"))
    ).replace(b"\n", b" ")  # fmt: skip


def in_another_shape(random: Random, obj: dict[str, Any], who: Somebody) -> bytes:
    wide = who.number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789Xx"})
    parted = random.choice((wide, f" {who.number}", f"{who.number}\u200b", " ".join(who.number)))
    put(obj, random.choice(list(places(obj))), parted)
    return raw(obj)


WAYS: tuple[Callable[[Random, dict[str, Any], Somebody], bytes], ...] = (
    as_value, as_number, in_a_sentence, as_key, as_container, twice, cut_short, one_byte_wrong, no_json,
    in_another_shape,
)  # fmt: skip


def planted(random: Random, count: int) -> Iterator[tuple[Somebody, bytes]]:
    """Lines with somebody in each."""
    for number in range(count):
        who, op = somebody(random), random.choice(list(FIELDS))
        obj = json.loads(raw({**line_of(op, full=random.random() < 0.7), "id": f"r-{number}"}))
        yield who, random.choice(WAYS)(random, obj, who)
