"""Run folders that `sim run` could have left: the sample's numbers, with what a test wants to differ."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.report.result import RunResult
from sim.report.write import write_run
from sim.scenario.load import load_scenario
from sim.scenario.loaded import Loaded, Setting
from sim.scenario.schema import Scenario
from tests.unit.report.sample_summary import (
    sample_customers,
    sample_provenance,
    sample_replications,
    sample_summary,
    sample_timeline,
)

ROOT = Path(__file__).resolve().parents[3]


@cache
def h_broadband() -> Loaded[Scenario]:
    return load_scenario(ROOT / "scenarios" / "h_broadband.yaml")


def leave_run(
    folder: Path,
    *,
    settings: dict[str, Setting] | None = None,
    summary: dict[str, Any] | None = None,
    values: np.ndarray | None = None,
    started: str = "2026-01-02T03:04:05Z",
) -> Path:
    """Write a run's folder; ``values`` replaces the values by replication."""
    table = sample_replications()
    if values is not None:
        table |= {"value": values}
    found = sample_summary() if summary is None else summary
    kept = table["replication"] < found["replications"]
    result = RunResult(
        summary=found,
        timeline=sample_timeline(),
        customers=sample_customers(),
        replications={name: column[kept] for name, column in table.items()},
        scenario_text=h_broadband().with_values(settings or {}).resolved_yaml(),
        provenance=sample_provenance() | {"seed": found["seed"], "started": started},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.report.write.draw_all", lambda summary: {})  # figures have tests of their own
        write_run(folder, result)
    return folder
