"""`python -m scripts.bench`: what `scripts/benchmark` runs."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console

from ledger.clock import system_clock
from scripts.bench.machine import machine, noise
from scripts.bench.outcome import outcome
from scripts.bench.plan import PARTS, Plan
from scripts.bench.report import as_markdown, on_terminal, today
from scripts.bench.rounds import Benchmark

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
_WIDE = 140  # where nobody says how wide it may be
_errors = Console(stderr=True, highlight=False)


@app.command()
def benchmark(  # noqa: PLR0913  every option is an argument
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Everybody runs once a round")] = 5,
    quick: Annotated[bool, typer.Option("--quick", help="One short round, to see that all runs")] = False,
    charges: Annotated[int, typer.Option(min=50, help="Charges in the file")] = 200_000,
    seconds: Annotated[float, typer.Option(min=0.1, help="For each contender that is no file")] = 5.0,
    memory_charges: Annotated[
        int, typer.Option(min=0, help="Charges over which the writer's memory is taken; 0 leaves it out")
    ] = 1_000_000,
    events: Annotated[
        int, typer.Option(min=0, help="The log of queries and proofs; 0 leaves them out")
    ] = 5_000_000,
    identities: Annotated[
        int, typer.Option(min=0, help="People in the vault that lookups are timed in; 0 leaves it out")
    ] = 1_000_000,
    lines: Annotated[
        int, typer.Option(min=0, help="Lines of the detail file that is read; 0 leaves it out")
    ] = 1_000_000,
    log_events: Annotated[
        int, typer.Option(min=0, help="The log that is replayed, read and decided again; 0 leaves it out")
    ] = 1_000_000,
    long_events: Annotated[
        int, typer.Option(min=0, help="Events, and charges, of its archive made longer; 0 leaves it out")
    ] = 10_000_000,
    matching: Annotated[
        int, typer.Option(min=0, help="Settlements that two sides compare; 0 leaves it out")
    ] = 100_000,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help=f"Contenders whose names begin so, or {', '.join(PARTS)}; may be repeated"
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="On the disk to be measured; the system's temporary folder otherwise")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object on standard output, no tables")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Tables as Markdown")] = False,
    show: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Print what an earlier --json run wrote; measure nothing"),
    ] = None,
) -> None:
    """Measure the ledger against the stock eventsourcing library, COPY and pgbench on a server of its own.

    The full run takes about an hour and wants a quiet machine.

    Examples:

    scripts/benchmark --json > result.json

    scripts/benchmark --show result.json --markdown

    scripts/benchmark --quick
    """
    if show is not None:
        found = json.loads(show.read_text())
    else:
        if quick:
            rounds, charges, seconds, memory_charges = 1, min(charges, 6000), min(seconds, 1.0), 0
            events, log_events, long_events = (min(n, 20_000) for n in (events, log_events, long_events))
            identities, lines, matching = min(identities, 2_000), min(lines, 20_000), min(matching, 2_000)
        with TemporaryDirectory(prefix="copay-benchmark-", dir=folder) as place:
            plan = Plan(
                Path(place).resolve(),
                *(
                    rounds,
                    charges,
                    seconds,
                    memory_charges,
                    events,
                    identities,
                    lines,
                    log_events,
                    long_events,
                    matching,
                ),
                quick=quick,
            )
            found = measure(plan, only or [])
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    elif markdown:
        sys.stdout.write(as_markdown(found) + "\n")
    else:
        on_terminal(found, Console(width=None if sys.stdout.isatty() else _WIDE))


def measure(plan: Plan, only: list[str]) -> dict[str, Any]:
    """Run everything; progress goes to standard error."""
    with Benchmark.started(plan, _errors.print) as run:
        field = run.field(only)
        about = {"day": today(system_clock()), "machine": machine(run.dsn, plan.folder)}
        calm = [noise(run.dsn, plan.folder, "before")]
        if field:
            run.prepare(field)
            run.look_where_time_goes()
        for number in range(1, plan.rounds + 1 if field else 1):
            run.round(field, number)
            calm.append(noise(run.dsn, plan.folder, f"after round {number}"))
        if plan.memory_charges and field:
            run.writers_memory()
        parts = [part for part in PARTS if not only or part in only]
        if plan.events and "queries" in parts:
            run.questions()
            calm.append(noise(run.dsn, plan.folder, "after the queries"))
        if plan.events and "proof" in parts:
            run.proofs()
            calm.append(noise(run.dsn, plan.folder, "after the proofs"))
        if plan.identities and "vault" in parts:
            run.lookups()
            calm.append(noise(run.dsn, plan.folder, "after the vault"))
        if plan.lines and "files" in parts:
            run.detail_files()
        if plan.matching and "matching" in parts:
            run.matching()
        if plan.matching and "reconcile" in parts:
            run.reconciling()
            calm.append(noise(run.dsn, plan.folder, "after the reconciled month"))
        if plan.log_events and {"replay", "runner", "redecide"}.intersection(parts):
            run.work_on_a_log(parts)
            calm.append(noise(run.dsn, plan.folder, "after the work on a log"))
        return outcome(run, field, {**about, "noise": calm})


if __name__ == "__main__":
    app()
