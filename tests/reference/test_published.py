"""Against numbers printed in papers and textbooks."""

import numpy as np
import pytest

from sim.evidence.cells import Counts
from sim.evidence.cox import hazard_ratio
from sim.evidence.proportions import risk_difference
from sim.evidence.score import score_interval
from sim.evidence.survival import kaplan_meier, log_rank

# Newcombe 1998, Statistics in Medicine 17, table II: method 10 (hybrid score), and Miettinen-Nurminen
NEWCOMBE_TABLE_II = [
    ((56, 70), (48, 80), (0.0524, 0.3339), (0.0528, 0.3382)),
    ((9, 10), (3, 10), (0.1705, 0.8090), (0.1700, 0.8406)),
    ((6, 7), (2, 7), (0.0582, 0.8062), (0.0342, 0.8534)),
    ((5, 56), (0, 29), (-0.0381, 0.1926), (-0.0326, 0.1933)),
    ((10, 10), (0, 20), (0.6791, 1.0000), (0.7156, 1.0000)),
    ((10, 10), (0, 10), (0.6075, 1.0000), (0.6636, 1.0000)),
]

# Freireich et al. 1963 (Blood 21): weeks in remission, + still in remission
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def weeks(text: str) -> tuple[np.ndarray, np.ndarray]:
    entries = text.split()
    return np.array([float(e.rstrip("+")) for e in entries]), np.array([not e.endswith("+") for e in entries])


@pytest.fixture
def freireich() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (treated, relapsed), (control, control_relapsed) = weeks(SIX_MP), weeks(PLACEBO)
    return (
        np.concatenate([treated, control]),
        np.concatenate([relapsed, control_relapsed]),
        np.repeat([True, False], [len(treated), len(control)]),
    )


@pytest.mark.parametrize(("one", "other", "hybrid", "score"), NEWCOMBE_TABLE_II)
def test_newcombe_table_ii(one, other, hybrid, score):
    estimate = risk_difference(Counts(*one), Counts(*other))
    assert (estimate.low[0], estimate.high[0]) == pytest.approx(hybrid, abs=5e-5)
    low, high = score_interval(*(np.array([value]) for value in (*one, *other)), level=0.95)
    assert (low[0], high[0]) == pytest.approx(score, abs=5e-5)


def test_leukaemia_remission_curve(freireich):
    # Kleinbaum and Klein 2012, Survival Analysis, chapter 2: the treated group
    days, left, treated = freireich
    curve = kaplan_meier(days[treated], left[treated], [6, 7, 10, 13, 16, 22, 23])
    assert curve.share == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]


def test_leukaemia_log_rank_and_hazard_ratio(freireich):
    from scipy.stats import chi2

    # chi-square 16.793 (Kleinbaum and Klein 2012, chapter 2); Efron coefficient 1.572 (same, chapter 3)
    assert log_rank(*freireich).p_value[0] == pytest.approx(chi2.sf(16.793, 1), rel=1e-3)
    estimate = hazard_ratio(*freireich, horizon_days=35)
    assert np.log(estimate.value[0]) == pytest.approx(-1.572, abs=5e-4)
