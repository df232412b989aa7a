"""The engine and the plain SimPy model, two implementations of docs/model.md, give the same means.

Replications of the same law are compared, each with its own luck, by Welch's t. Customers of one replication
share the luck of the random promotions, so a replication is one observation.
"""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks import engine, reference_model
from benchmarks.lives import LINES, REASONS, Lives
from benchmarks.private import private_scenario

REPLICATIONS = 40
CUSTOMERS = 1100
FAMILY_ERROR = 1e-4  # chance that any of this file's comparisons fails although the laws are the same


def observations(lives: Lives, replications: int) -> dict[str, np.ndarray]:
    """One number a replication for everything that is compared."""
    lost = np.isfinite(lives.lost_at)
    found = {}
    for name, group in (("base", lives.base), ("joiners", ~lives.base)):
        who = [group & (lives.replication == r) for r in range(replications)]
        for reason in REASONS:
            found[f"{name}: left for {reason}"] = np.array([(lives.reason[w] == reason).mean() for w in who])
        found[f"{name}: lost by mid-year"] = np.array([(lives.lost_at[w] < 182.5).mean() for w in who])
        found[f"{name}: lost"] = np.array([lost[w].mean() for w in who])
        for line in LINES:
            found[f"{name}: {line}"] = np.array([lives.lines[line][w].mean() for w in who])
        found[f"{name}: number"] = np.array([float(w.sum()) for w in who])
    return found


@pytest.fixture(scope="module")
def pair(root: Path) -> tuple[Lives, Lives]:
    scenario = private_scenario(root / "scenarios" / "h_broadband.yaml")
    size = {"customers": CUSTOMERS, "replications": REPLICATIONS}
    return engine.live(scenario, "programme", **size), reference_model.live(scenario, "programme", **size)


def test_the_means_agree(pair: tuple[Lives, Lives]) -> None:
    ours, theirs = (observations(lives, REPLICATIONS) for lives in pair)
    compared = {name for name in ours if ours[name].std() > 0 or theirs[name].std() > 0}
    for name in ours.keys() - compared:
        assert ours[name][0] == theirs[name][0], name
    level = FAMILY_ERROR / len(compared)
    print(f"{len(compared)} comparisons, each at {level:.1e}; all hold with chance 1 - {FAMILY_ERROR}")
    failures = [
        f"{name}: {ours[name].mean():.6g} against {theirs[name].mean():.6g}"
        for name in sorted(compared)
        if stats.ttest_ind(ours[name], theirs[name], equal_var=False).pvalue < level
    ]
    assert not failures, "\n".join(failures)


def test_the_same_events_are_counted(pair: tuple[Lives, Lives]) -> None:
    ours, theirs = (lives.events / len(lives.joined) for lives in pair)
    # a customer has about 30 events with a standard deviation of about 25; replications share promotions
    assert ours == pytest.approx(theirs, abs=5 * 25 * math.sqrt(2 / (REPLICATIONS * CUSTOMERS)) + 0.3)
