"""`docs/interference.md`: `python -m tests.golden.interference_page` lives every trial that is shipped and writes it.

That takes minutes, so the test beside this file compares what the page was made from, not the numbers. With
`--missing` only what does not stand there as its files are now is lived.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from joblib import delayed

from sim.customer.kernel_cache import use_kernel_cache
from sim.evidence.results import Interval
from sim.experiment.grade import Bench
from sim.experiment.interference import of_arms
from sim.experiment.outcomes import concatenate, residual_table
from sim.experiment.start import Starts
from sim.experiment.trial import ExperimentBlock, live_experiment
from sim.planning.blocks import blocks, in_order, silent
from sim.report.wording import difference_unit, percent, quantity, span
from sim.report.words import as_words, metric_name
from sim.scenario.experiment_schema import Experiment
from sim.scenario.load import load_experiment, load_scenario
from tests.golden.experiments_page import Study, standing, studies

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "interference.md"
SEED, REPLICATIONS = 1, 100
HEAD = """# What trials do not see

Made by `make interference`; do not edit. Every experiment with a trial, in each shipped world that has it:
{replications} replications of its trial and of a roll-out of every arm (seed {seed}). *In the trial* is what trials
make of a contrast on average; *everybody* is the difference between two firms, of which one gives the arm to all
who are eligible; *trial less roll-out* is the one less the other, of the same customers with the same luck (run
doubt; section 19 of [model.md](model.md)). So a row says what a firm does not see that deals arms to customers one
by one, because arms share tiers by quota, a desk, a list, a budget or a circle. What customers are worth after the
horizon is, on both sides, by the firm's own table.
"""
COLUMNS = ("metric", "contrast", "in the trial", "everybody", "trial less roll-out", "the trial")


def asked(study: Study) -> Experiment | None:
    """The experiment of a study; None for a question about the firm, which has no trial."""
    value = load_experiment(study.experiment, load_scenario(study.scenario)).value
    return value if isinstance(value, Experiment) else None


def live_part(study: Study, replications: np.ndarray) -> ExperimentBlock:
    """Live a block of replications of a study."""
    scenario = load_scenario(study.scenario).value
    plan = asked(study)
    assert plan is not None
    return live_experiment(Starts(scenario, SEED, replications).of(plan), plan, SEED)


def bench_of(study: Study, plan: Experiment, replications: int, jobs: int) -> Bench:
    """Live a study's trials and roll-outs."""
    scenario = load_scenario(study.scenario).value
    tasks = [delayed(live_part)(study, block) for block in blocks(scenario, replications)]
    lived = list(in_order(tasks, "living customers", silent, jobs))
    rollouts = {arm: concatenate(block.rollouts[arm] for block in lived) for arm in plan.arms}
    return Bench(
        plan,
        concatenate(block.trial for block in lived if block.trial is not None),
        rollouts,
        residual_table(scenario, rollouts[plan.reference]),
        replications=replications,
        horizon=float(plan.horizon_days or scenario.horizon_days),
        margin=scenario.money.margin_share,
        seed=SEED,
    )


def rows(bench: Bench, currency: str) -> Iterator[list[str]]:
    """A row a metric and contrast in which trial and roll-out are not the same customer by customer."""
    everybody = {(item.metric, item.arm): item.rollout for item in of_arms(bench)}
    for name in bench.experiment.metrics:
        unit = difference_unit("share" if name == "churn_rate" else currency)
        for contrast in bench.experiment.contrasts:
            gap = bench.interference(name, contrast.arm, contrast.against)
            one, other = (everybody[name, arm] for arm in (contrast.arm, contrast.against))
            if not isinstance(gap, Interval) or not isinstance(one, Interval) or not isinstance(other, Interval):
                continue
            if gap.value == gap.low == gap.high == 0:
                continue
            true, seems = one.value - other.value, one.value - other.value + gap.value
            yield [
                metric_name(name),
                f"{contrast.arm} against {contrast.against}",
                quantity(seems, unit, sign=True),
                quantity(true, unit, sign=True),
                f"{quantity(gap.value, unit, sign=True)} ({span(gap.plain(), unit)})",
                verdict(gap, true, seems),
            ]


def verdict(gap: Interval, true: float, seems: float) -> str:
    """What a firm that goes by the trial gets wrong, in words."""
    if gap.low <= 0 <= gap.high:
        return "agrees within run doubt"
    if true * seems < 0:
        return "**has the wrong sign**"
    word = "understates" if abs(seems) < abs(true) else "overstates"
    return f"{word} by {percent(abs(gap.value / true))}" if true else word


def section(study: Study, replications: int, jobs: int) -> str:
    """A study's part of the page; empty for a question about the firm."""
    plan = asked(study)
    if plan is None:
        return ""
    scenario = load_scenario(study.scenario).value
    bench = bench_of(study, plan, replications, jobs)
    found = list(rows(bench, scenario.currency))
    unit = "circle" if plan.unit == "circle" else "customer"
    lines = [
        f"## {plan.name} in {scenario.name}",
        mark(study),
        f"**{plan.question}** Arms: {', '.join(as_words(arm) for arm in plan.arms)}; dealt by {unit}.",
        "",
    ]
    if not found:
        return "\n".join(
            [*lines, "Nothing passes between arms: each customer lives in the trial as in the roll-out.", ""]
        )
    lines += [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in found), ""])


def mark(study: Study) -> str:
    """What a section was made from."""
    return f"<!-- made from {study.made_from} -->"


def main() -> None:
    """Write the page anew."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--missing", action="store_true", help="keep sections whose files are as they were")
    given = parser.parse_args()
    use_kernel_cache()
    parts = [
        (given.missing and standing(PAGE, mark(study))) or section(study, given.replications, given.jobs)
        for study in studies()
    ]
    head = HEAD.format(replications=given.replications, seed=SEED)
    PAGE.write_text("\n".join([head, *(part for part in parts if part)]), encoding="utf-8")


if __name__ == "__main__":
    main()
