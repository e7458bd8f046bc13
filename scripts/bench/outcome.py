"""Everything that was found, as one object of plain values: what `--json` prints and `--show` reads."""

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from scripts.bench import lookups
from scripts.bench.asking import as_rows
from scripts.bench.contenders import Contender
from scripts.bench.figures import (
    FIGURES,
    FULL_EVENTS,
    FULL_IDENTITIES,
    FULL_LINES,
    FULL_LOG_EVENTS,
    FULL_LONG_EVENTS,
    FULL_MATCHING,
    FULL_MEMORY_CHARGES,
    STOCK,
    Figure,
    against,
    best_stock,
)
from scripts.bench.log_work import TITLES
from scripts.bench.measuring import Measured, Spread, spread_of
from scripts.bench.plan import Plan
from scripts.bench.rounds import Benchmark

Object = dict[str, Any]


def outcome(benchmark: Benchmark, field: Sequence[Contender], about: Object) -> Object:
    """`about` is the day, the machine and its noise."""
    return {
        **about,
        "settings": _settings(benchmark),
        "contenders": [_contender(one, benchmark) for one in field if one.name in benchmark.runs],
        "best_stock": best_stock(benchmark.runs),
        "figures": _figures(benchmark, about["noise"]),
        "memory": [run.as_dict() for run in benchmark.runs.get("memory", [])],
        "profile": benchmark.profile,
        "queries": as_rows(benchmark.asked),
        "proof": [
            {"part": name, **run.as_dict()}
            for name, runs in benchmark.runs.items()
            if name.startswith("proof-")
            for run in runs
        ],
        "vault": lookups.as_rows(benchmark.runs),
        "files": [run.as_dict() for run in benchmark.runs.get("files", [])],
        "log_work": [_work(name, benchmark) for name in TITLES if name in benchmark.runs],
    }


def _settings(benchmark: Benchmark) -> Object:
    plan = benchmark.plan
    return {
        "quick": plan.quick,
        "rounds": plan.rounds,
        "charges": plan.charges,
        "people": plan.people,
        "cascade_charges": plan.cascade,
        "seconds": plan.seconds,
        "stock_accounts": plan.stock_accounts,
        "memory_charges": plan.memory_charges,
        "events": benchmark.events,
        "identities": plan.identities,
        "lines": plan.lines,
        "matching": plan.matching,
        "log_events": plan.log_events,
        "long_events": plan.long_events,
    }


def _contender(one: Contender, benchmark: Benchmark) -> Object:
    runs = benchmark.runs[one.name]
    return {
        "name": one.name,
        "title": one.title,
        "charges_per_s": _spread(spread_of(runs, lambda run: run.rate)),
        "to_stock_1": _spread(against(one.name, STOCK)(benchmark.runs)),
        "to_best_stock": _spread(against(one.name)(benchmark.runs)),
        "latency_ms": {
            name: _spread(spread_of(runs, lambda run, name=name: run.latency_ms.get(name)))  # type: ignore[misc]
            for name in runs[0].latency_ms
        },
        "peak_mib": _spread(spread_of(runs, lambda run: run.peak_mib)),
        "cores_used": {
            "writer": _spread(spread_of(runs, lambda run: run.cpu_s and run.cpu_s / run.seconds)),
            "server": _spread(spread_of(runs, lambda run: _cores(run, "server"))),
            "follower": _spread(spread_of(runs, lambda run: _cores(run, "follower"))),
        },
        "lag_ms": {
            name: _spread(spread_of(runs, lambda run, name=name: run.other.get(f"lag_{name}_ms")))  # type: ignore[misc]
            for name in ("p50", "p95", "p99", "max")
        },
        "not_accepted": sum(run.not_accepted for run in runs),
        "runs": [run.as_dict() for run in runs],
    }


def _work(name: str, benchmark: Benchmark) -> Object:
    runs = benchmark.runs[name]
    return {
        "name": name,
        "title": TITLES[name],
        "done": runs[-1].charges,
        "seconds": _spread(spread_of(runs, lambda run: run.seconds)),
        "rate": _spread(spread_of(runs, lambda run: run.rate)),
        "peak_mib": _spread(spread_of(runs, lambda run: run.peak_mib)),
    }


def _cores(run: Measured, who: str) -> float | None:
    used = run.other.get(f"{who}_cpu_s")
    return None if used is None else used / run.seconds


def _figures(benchmark: Benchmark, noise: Sequence[Object]) -> list[Object]:
    commit = median(calm["one_row_commit_ms"]["p50"] for calm in noise)
    found = [(figure, figure.value(benchmark.runs)) for figure in FIGURES]
    return [
        {
            "figure": figure.text + (f" (one row commits in {commit:.2f} ms)" if figure.by_disk else ""),
            "unit": figure.unit,
            "value": _spread(value),
            "to_best_stock": _spread(figure.stricter(benchmark.runs)) if figure.stricter else None,
            "floor": figure.floor,
            "aim": figure.aim,
            "reached": _reached(figure, value, benchmark.plan),
        }
        for figure, value in found
    ]


def _reached(figure: Figure, value: Spread | None, plan: Plan) -> str:
    too_small = (
        (figure.of_memory and plan.memory_charges < FULL_MEMORY_CHARGES)
        or ((figure.of_queries or figure.of_proofs) and plan.events < FULL_EVENTS)
        or (figure.of_identities and plan.identities < FULL_IDENTITIES)
        or (figure.of_files and plan.lines < FULL_LINES)
        or (figure.of_matching and plan.matching < FULL_MATCHING)
        or (figure.of_log and plan.log_events < FULL_LOG_EVENTS)
        or (figure.of_long and plan.long_events < FULL_LONG_EVENTS)
    )
    return "too small to say" if value and too_small else figure.verdict(value)


def _spread(value: Spread | None) -> Object | None:
    return asdict(value) if value else None
