"""A small trial as a file, for tests that change one thing in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

EXPERIMENT = """name: small
question: Does a gift keep customers?
horizon_days: 100
assignment: {method: simple}
arms: {none: {}, gift: {}}
reference: none
metrics: [churn_rate, revenue_per_customer]
contrasts: [{arm: gift, against: none}]
trial_decision: {metric: churn_rate, choose: cheapest_below_reference, if_inconclusive: none}
data:
  arm: group
  customer: id
  left: left
  days: days
  reason: why
  revenue: fees
  covariates: [age]
  subgroups: [city]
"""


def customers(n: int = 400) -> pd.DataFrame:
    """Every other customer has the gift, which halves the losses; nobody's follow-up ends early."""
    generator = np.random.Generator(np.random.Philox(key=7))
    gift = np.arange(n) % 2 == 1
    leaves = generator.exponential(np.where(gift, 600.0, 300.0), n)
    left = leaves < 100.0
    table = pd.DataFrame({"id": [f"c{number}" for number in range(n)]})
    table["group"] = np.where(gift, "gift", "none")
    table["left"] = left.astype(int)
    table["days"] = np.where(left, np.round(leaves, 2), 100.0)
    table["why"] = np.where(left, np.where(np.arange(n) % 3 == 0, "moved", "rival"), "")
    table["age"] = generator.integers(20, 70, n)
    table["fees"] = np.round(table["days"] * (1 + table["age"] / 50) + generator.exponential(5.0, n), 2)
    table["city"] = np.where(np.arange(n) % 5 == 0, "north", "south")
    table["house"] = np.arange(n) // 4 * 2 + gift
    return table


def written(folder: Path, table: pd.DataFrame, experiment: str = EXPERIMENT) -> tuple[Path, Path]:
    """The data and the experiment as files."""
    data, file = folder / "trial.csv", folder / "small.yaml"
    table.to_csv(data, index=False)
    file.write_text(experiment, encoding="utf-8")
    return data, file


def analysed(folder: Path, table: pd.DataFrame, experiment: str = EXPERIMENT) -> Any:
    """The experiment's part of the summary."""
    from sim.scenario.load import load_study
    from sim.study.estimates import Trial
    from sim.study.read import read_records
    from sim.study.summary import summarise

    data, file = written(folder, table, experiment)
    loaded = load_study(file)
    source = read_records(data, loaded)
    return summarise(source, Trial(loaded.value, source.records, resamples=200, seed=1))["experiments"][0]
