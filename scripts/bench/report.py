"""The outcome for people: tables on a terminal, or the same as Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from ledger.clock import for_people

Object = dict[str, Any]
_SEPARATOR: Final = " | "


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first column is text, the others are figures."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def on_terminal(found: Object, console: Console) -> None:
    """Print everything."""
    for line in notes(found):
        console.print(line, highlight=False, markup=False)
    for sheet in sheets(found):
        table = Table(title=sheet.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        for place, head in enumerate(sheet.head):
            table.add_column(head, justify="right" if place else "left", overflow="fold")
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table)


def as_markdown(found: Object) -> str:
    """Everything as a section to be pasted."""
    parts = ["\n".join(f"* {line}" for line in notes(found))]
    for sheet in sheets(found):
        lines = [sheet.head, ["---", *("---:" for _ in sheet.head[1:])], *sheet.rows]
        parts.append("\n".join([f"**{sheet.title}**", "", *(f"| {_SEPARATOR.join(row)} |" for row in lines)]))
    return "\n\n".join(parts)


def notes(found: Object) -> Iterable[str]:
    """Day, machine, settings, and how quiet it was."""
    shape, settings = found["machine"], found["settings"]
    libraries = ", ".join(f"{name} {version}" for name, version in shape["libraries"].items())
    if settings["quick"]:
        yield "QUICK: too short to be quoted; it only shows that everything runs."
    yield (
        f"{found['day']}: {shape['processor']}, {shape['cores']} cores, {shape['memory_gib']} GiB, "
        f"{shape['system']}"
    )
    yield f"Python {shape['python']}, PostgreSQL {shape['postgresql']} on {shape['file_system']}, {libraries}"
    yield (
        f"{settings['rounds']} rounds, everybody once a round, in alternating order; median (least to most); "
        f"{settings['seconds']:g} s for each contender that is no file"
    )
    for calm in found["noise"]:
        idle = calm["busy_while_idle"]
        yield (
            f"{calm['when']}: load average {calm['load_average'][0]}, others used "
            f"{'?' if idle is None else f'{idle:.0%}'} of the machine; one page made durable in "
            f"{_median(calm['fdatasync_ms'])}, one row committed in {_median(calm['one_row_commit_ms'])}"
        )
    for run in found["memory"]:
        yield (
            f"memory of the writer: {run['peak_mib']:,.0f} MiB over {settings['memory_charges']:,} charges "
            f"and the opening of the accounts before, at {run['charges_per_s']:,.0f} lines/s"
        )
    rates = {one["name"]: one["charges_per_s"]["median"] for one in found["contenders"]}
    if {"one-owner-programs", "owner-each-programs"} <= set(rates):
        ratio = rates["one-owner-programs"] / rates["owner-each-programs"]
        yield f"eight programs, each its own writer, on one owner's account to an owner each: {ratio:.2f}x"
    for one in found["contenders"]:
        if one["not_accepted"]:
            yield f"{one['title']}: {one['not_accepted']} charges were not accepted"


def sheets(found: Object) -> list[Sheet]:
    """Figures, contenders in two tables, queries, the vault, work on a whole log, and where the time goes."""
    contenders = [_rates(found), _costs(found)] if found["contenders"] else []
    asked = [_questions(found)] if found.get("queries") else []
    vault = [_vault(found)] if found.get("vault") else []
    worked = [_log_work(found)] if found.get("log_work") else []
    return [_figures(found), *contenders, *asked, *vault, *worked, *_profiles(found)]


def _figures(found: Object) -> Sheet:
    rows = [
        (
            one["figure"], _value(one["value"], one["unit"]), _amount(one["floor"], one["unit"]),
            _amount(one["aim"], one["unit"]), one["reached"], _short(one["to_best_stock"]),
        )
        for one in found["figures"]
    ]  # fmt: skip
    head = ("figure", "measured", "floor", "aim", "reached", "to stock at its best")
    return Sheet("Figures to reach", head, rows)


def _rates(found: Object) -> Sheet:
    rows = [
        (
            one["title"], _value(one["charges_per_s"], "/s"), _value(one["to_stock_1"], "x"),
            _value(one["to_best_stock"], "x"),
        )
        for one in found["contenders"]
    ]  # fmt: skip
    head = ("contender", "charges/s", "to stock, 1 caller", "to stock at its best")
    return Sheet("Charges a second", head, rows)


def _costs(found: Object) -> Sheet:
    head = (
        "contender", "p50 ms", "p95 ms", "p99 ms", "peak MiB",
        "cores: writer", "server", "follower", "lag p50 ms", "lag p99 ms",
    )  # fmt: skip
    return Sheet("Latency, memory and work", head, [_cost(one) for one in found["contenders"]])


def _questions(found: Object) -> Sheet:
    head = ("question", "of accounts", "as of", "asked", "p50 ms", "p95 ms", "p99 ms", "most ms")
    rows = [
        (
            one["question"], one["people"], one["form"], f"{one['asked']:,}",
            *(_plain(one["latency_ms"][name]) for name in ("p50", "p95", "p99", "max")),
        )
        for one in found["queries"]
    ]  # fmt: skip
    return Sheet(f"Queries on a log of {found['settings']['events']:,} events, one at a time", head, rows)


def _vault(found: Object) -> Sheet:
    shares = ("p50", "p95", "p99", "max")
    head = ("of a person", "times", "a second", "p50 ms", "p95 ms", "p99 ms", "most ms")
    rows = [
        (
            one["what"], f"{one['times']:,}", _plain(one["a_second"]),
            *(_plain(one["latency_ms"][name]) if one["latency_ms"] else "-" for name in shares),
        )
        for one in found["vault"]
    ]  # fmt: skip
    return Sheet(f"A vault of {found['settings']['identities']:,} people, one at a time", head, rows)


def _log_work(found: Object) -> Sheet:
    head = ("what is done with a whole log", "events or decisions", "seconds", "a second", "peak MiB")
    rows = [
        (
            one["title"], f"{one['done']:,}", _short(one["seconds"]), _value(one["rate"], "/s"),
            _short(one["peak_mib"]),
        )
        for one in found["log_work"]
    ]  # fmt: skip
    return Sheet("Replay, runners, and decisions taken again", head, rows)


def _cost(one: Object) -> Sequence[str]:
    return (
        one["title"],
        *(_short(one["latency_ms"].get(name)) for name in ("p50", "p95", "p99")),
        _short(one["peak_mib"]),
        *(_short(one["cores_used"][name]) for name in ("writer", "server", "follower")),
        *(_short(one["lag_ms"][name]) for name in ("p50", "p99")),
    )


def _profiles(found: Object) -> Iterable[Sheet]:
    for work, threads in found["profile"].items():
        rows = [
            (thread, part, f"{share:.0%}")
            for thread, parts in threads.items()
            for part, share in parts.items()
            if share >= 0.01
        ]
        yield Sheet(
            f"Where the time goes: {work}; threads at work on it, on average",
            ("thread", "part", "share of the clock"),
            rows,
        )


def _value(value: Object | None, unit: str) -> str:
    if value is None:
        return "-"
    if value["least"] == value["most"]:
        return _amount(value["median"], unit)
    return f"{_amount(value['median'], unit)} ({_plain(value['least'])} to {_plain(value['most'])})"


def _short(value: Object | None) -> str:
    return "-" if value is None else _plain(value["median"])


def _amount(value: float, unit: str) -> str:
    return _plain(value) + {"/s": "", "x": "x"}.get(unit, f" {unit}")


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _median(latencies: dict[str, float]) -> str:
    return f"{latencies['p50']:.2f} ms (p99 {latencies['p99']:.2f})"


def today(instant: Any) -> str:
    """The day of a run, on the clock that everything here prints."""
    return for_people(instant)[:10]
