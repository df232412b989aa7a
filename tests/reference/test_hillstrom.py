"""Hillstrom's e-mail test: 64,000 real customers in three arms, against the figures published with the
data.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.evidence.balance import sample_ratio
from sim.evidence.cells import Counts, sample
from sim.evidence.means import mean_difference
from sim.evidence.multiplicity import holm_family
from sim.evidence.proportions import risk_difference

pytestmark = pytest.mark.external
ARMS = {"none": "No E-Mail", "mens": "Mens E-Mail", "womens": "Womens E-Mail"}


@pytest.fixture(scope="module")
def arms() -> dict[str, dict[str, np.ndarray]]:
    folder = os.environ.get("CAMPAIGN_DATA")
    if not folder:
        pytest.skip("CAMPAIGN_DATA names no folder with the Hillstrom data")
    table = pd.read_csv(Path(folder) / "hillstrom" / "hillstrom.csv")
    return {
        arm: {column: table.loc[table["segment"] == name, column].to_numpy() for column in ("visit", "spend")}
        for arm, name in ARMS.items()
    }


def test_visits(arms):
    assert [int(arms[arm]["visit"].sum()) for arm in ARMS] == [2262, 3894, 3238]
    assert [len(arms[arm]["visit"]) for arm in ARMS] == [21306, 21307, 21387]
    mens, none = (Counts(arms[arm]["visit"].sum(), len(arms[arm]["visit"])) for arm in ("mens", "none"))
    assert risk_difference(mens, none).value[0] == pytest.approx(3894 / 21307 - 2262 / 21306, rel=1e-12)


@pytest.mark.parametrize(
    ("arm", "difference", "t", "p_value"),
    [("mens", 0.769827, 5.30014, 1.1638e-07), ("womens", 0.424412, 3.25637, 1.1294e-03)],
)
def test_spend_by_welch(arms, arm, difference, t, p_value):
    estimate = mean_difference(sample(arms[arm]["spend"]), sample(arms["none"]["spend"]))
    assert estimate.value[0] == pytest.approx(difference, abs=5e-7)
    assert estimate.value[0] / estimate.standard_error[0] == pytest.approx(t, abs=5e-6)
    assert estimate.p_value[0] == pytest.approx(p_value, rel=5e-5)


def test_holm_over_the_three_spend_contrasts(arms):
    cells = {arm: sample(arms[arm]["spend"]) for arm in ARMS}
    pairs = [("mens", "none"), ("womens", "none"), ("mens", "womens")]
    estimates = {f"{arm}-{against}": mean_difference(cells[arm], cells[against]).one() for arm, against in pairs}
    adjusted = [estimate.p_adjusted for estimate in holm_family(estimates, "spend").values()]
    assert adjusted == [
        pytest.approx(3.491e-07, rel=5e-4),
        pytest.approx(0.0022588, abs=5e-8),
        pytest.approx(0.0304687, abs=5e-8),
    ]


def test_sample_ratio(arms):
    check = sample_ratio([len(arms[arm]["spend"]) for arm in ARMS])
    assert (check.chi_square, check.p_value) == (
        pytest.approx(0.20253, abs=5e-6),
        pytest.approx(0.90369, abs=5e-6),
    )
