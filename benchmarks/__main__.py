"""`make bench`: the engine against a plain SimPy model of the same customers.

Printed, and left in build/bench.json. One core throughout; each model is run some times and the fastest run
counts, since other programs only ever add time.
"""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TypeVar

from benchmarks import budgets, designs, engine, evidence, reference_model, shared
from benchmarks.limit import limit_seconds
from benchmarks.lives import Lives
from benchmarks.private import private_scenario
from sim.scenario.experiment_schema import Experiment
from sim.scenario.load import load_scenario, load_trial

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "h_broadband.yaml"
EXPERIMENT = ROOT / "experiments" / "reward_days.yaml"
POLICY = "programme"
WHOLE_RUN_REPLICATIONS, WHOLE_RUN_ARMS = 200, 3
DESIGN_REPLICATIONS = 400  # both times grow in proportion

# What the two children of the start-up figure run.
NOTHING, HELP = [sys.executable, "-c", "pass"], [sys.executable, "-m", "sim.cli.main", "--help"]

AT_MOST = "lists and news together: at most 3 is wanted"
LivesT = TypeVar("LivesT", bound=Lives)


def fastest(runs: list[LivesT]) -> LivesT:
    """The run that took least time from day 0 on."""
    return min(runs, key=lambda lives: lives.seconds)


def whole_run(folder: Path) -> float:
    """Seconds of the whole `sim run` of one experiment, report included, on one core."""
    command = [sys.executable, "-m", "sim.cli.main", "run", str(SCENARIO), "-e", str(EXPERIMENT)]
    command += ["--replications", str(WHOLE_RUN_REPLICATIONS), "--jobs", "1", "--out", str(folder)]
    if folder.exists():
        shutil.rmtree(folder)
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"sim run failed:\n{done.stderr}")
    return seconds


def start_up(command: list[str]) -> float:
    """Seconds of the fastest of ten runs of a command."""
    best = float("inf")
    for _ in range(10):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        best = min(best, time.perf_counter() - started)
    return best


def measure(customers: int, replications: int, repeats: int) -> dict[str, float]:
    """All figures, by their names in bench.json."""
    scenario = private_scenario(SCENARIO)
    size = {"customers": customers, "replications": replications}
    engine.live(scenario, POLICY, customers=50)  # compiles
    compiled = fastest([engine.live(scenario, POLICY, **size) for _ in range(2 * repeats)])
    plain = fastest([reference_model.live(scenario, POLICY, **size) for _ in range(repeats)])
    desk_scenario = engine.with_desk(scenario, seats=2)
    engine.live(desk_scenario, POLICY, customers=50)
    desk = fastest([engine.live(desk_scenario, POLICY, **size) for _ in range(repeats)])

    engine_rate, simpy_rate = compiled.events / compiled.seconds, plain.events / plain.seconds
    analysed = evidence.measure(repeats)
    planned = budgets.measure(load_scenario(SCENARIO))
    bare = limit_seconds(exponentials=compiled.firings, uniforms=plain.chances)
    return {
        "engine_over_simpy": engine_rate / simpy_rate,
        "engine_events_per_second": engine_rate,
        "simpy_events_per_second": simpy_rate,
        "desk_events_per_second": desk.events / desk.seconds,
        "desk_seconds_per_call": (desk.seconds - compiled.seconds) / desk.calls,
        "limit_over_engine": compiled.kernel_seconds / bare,
        "bytes_per_customer": compiled.bytes_per_customer,
        "outside_kernel_share": 1.0 - compiled.kernel_seconds / compiled.seconds,
        "customers": float(customers * replications),
        "engine_events_per_customer": compiled.events / len(compiled.joined),
        "simpy_events_per_customer": plain.events / len(plain.joined),
        "engine_start_state_seconds": compiled.past_seconds,
        "simpy_start_state_seconds": plain.past_seconds,
        "help_over_python": start_up(HELP) / start_up(NOTHING),
        "simpy_lives_seconds": whole_run_in_simpy(plain, replications),
        "evidence_seconds": analysed.ours,
        "library_evidence_seconds": analysed.libraries,
        "evidence_over_libraries": analysed.ours / analysed.libraries,
        "evidence_over_living": evidence_over_living(),
        "choosing_seconds": planned.choosing,
        "choosing_over_living": planned.choosing / planned.living,
        "planned_lives_over_allowed": planned.lives_over_allowed,
    }


def evidence_over_living() -> float:
    """Time in evidence over time in simulation when `sim power` studies the reward trial of company H."""
    world = load_scenario(SCENARIO)
    plan = load_trial(EXPERIMENT, world).value
    assert isinstance(plan, Experiment)
    spent = designs.measure(world.value, plan, DESIGN_REPLICATIONS)
    return spent.evidence / spent.living


def whole_run_in_simpy(plain: Lives, replications: int) -> float:
    """Seconds in which the plain model would live a whole run's customers: a past and a year in each arm.

    Scaled up from what was measured; the time is proportional to the number of replications.
    """
    return (plain.past_seconds + WHOLE_RUN_ARMS * plain.seconds) * WHOLE_RUN_REPLICATIONS / replications


def table(f: dict[str, float]) -> str:
    """The figures for people."""
    desk = f["desk_seconds_per_call"] * 1e6
    rows = [
        ("engine, events a second", f"{f['engine_events_per_second']:,.0f}", ""),
        ("plain SimPy, events a second", f"{f['simpy_events_per_second']:,.0f}", ""),
        ("engine over SimPy", f"{f['engine_over_simpy']:.1f}", "at least 50 is wanted"),
        ("events a customer, engine", f"{f['engine_events_per_customer']:.2f}", "counted alike in both"),
        ("events a customer, SimPy", f"{f['simpy_events_per_customer']:.2f}", ""),
        ("start state, engine, s", f"{f['engine_start_state_seconds']:.2f}", "not in the rates above"),
        ("start state, SimPy, s", f"{f['simpy_start_state_seconds']:.2f}", ""),
        ("engine with the desk, events a second", f"{f['desk_events_per_second']:,.0f}", ""),
        ("the desk itself, microseconds a call", f"{desk:.1f}", ""),
        ("kernel over a bare loop", f"{f['limit_over_engine']:.1f}", "the same draws and logarithms alone"),
        ("bytes a customer", f"{f['bytes_per_customer']:.0f}", "record, books and timetable"),
        ("time outside the kernel", f"{f['outside_kernel_share']:.1%}", "of the time from day 0 on"),
        ("sim --help over an empty Python", f"{f['help_over_python']:.1f}", "at most 8 is wanted"),
        ("the whole reward_days run, s", f"{f['whole_run_seconds']:.1f}", "report included"),
        ("the same lives in SimPy, s", f"{f['simpy_lives_seconds']:.1f}", "scaled up, lives only"),
        ("evidence of one trial, s", f"{f['evidence_seconds']:.2f}", "100,000 customers, three arms"),
        ("the same by scipy and statsmodels, s", f"{f['library_evidence_seconds']:.2f}", "a bare call a number"),
        ("evidence over libraries", f"{f['evidence_over_libraries']:.2f}", "at most 3 is wanted; no Cox, no bootstrap"),
        ("sim power, evidence over simulation", f"{f['evidence_over_living']:.2%}", "at most 100% is wanted"),
        ("sim budget, 30 budgets, choosing, s", f"{f['choosing_seconds']:.1f}", "9 actions, 15 cells, 200 draws"),
        ("sim budget, choosing over simulation", f"{f['choosing_over_living']:.2%}", "at most 100% is wanted"),
        (
            "sim budget, customers lived",
            f"{f['planned_lives_over_allowed']:.0%}",
            "of (actions + 1) x draws x base",
        ),
        ("run over SimPy", f"{f['whole_run_over_simpy']:.2f}", "at most 0.33 is wanted"),
    ]
    title = f"{f['customers']:,.0f} customers of company H, '{POLICY}', tiers by threshold, a year, one core"
    return "\n".join([title, *(f"  {name:38s} {value:>14s}  {note}".rstrip() for name, value, note in rows)])


def main() -> None:
    """Measure, print, and write build/bench.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=1100)
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--shared-customers", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=ROOT / "build")
    options = parser.parse_args()
    figures = measure(options.customers, options.replications, options.repeats)
    options.out.mkdir(parents=True, exist_ok=True)
    figures["whole_run_seconds"] = min(whole_run(options.out / "bench-run") for _ in range(2))
    figures["whole_run_over_simpy"] = figures["whole_run_seconds"] / figures["simpy_lives_seconds"]
    print(table(figures))
    rows, of_shared = shared.table(options.shared_customers)
    print("\n".join([f"What customers share; {AT_MOST}", *(f"  {a:38s} {b:>14s}  {c}" for a, b, c in rows)]))
    figures |= of_shared
    about = {"python": platform.python_version(), "machine": platform.machine(), "policy": POLICY}
    file = options.out / "bench.json"
    file.write_text(json.dumps(figures | about, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {file}")


if __name__ == "__main__":
    main()
