"""Against R 4.2 (survival, metafor, stats). make_reference.R makes both CSVs, so that no test needs R."""

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.evidence.balance import sample_ratio
from sim.evidence.cells import counts, sample
from sim.evidence.cox import hazard_ratio
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.multiplicity import holm
from sim.evidence.paired import run_mean
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.survival import kaplan_meier, log_rank

HERE = Path(__file__).parent
STRATA = 4


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.fixture(scope="module")
def r() -> dict[str, float]:
    with (HERE / "r_values.csv").open() as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def customers() -> dict[str, np.ndarray]:
    table = np.genfromtxt(HERE / "customers.csv", delimiter=",", names=True)
    whole = {name: table[name].astype(int) for name in ("arm", "stratum", "cluster", "left")}
    return {**whole, "days": table["days"], "spend": table["spend"]}


@pytest.mark.parametrize(
    ("name", "stratum", "cluster"),
    [
        ("robust", False, False),
        ("strata", True, False),
        ("cluster", False, True),
        ("strata_cluster", True, True),
    ],
)
def test_cox_with_efron_ties_and_sandwich_variance(r, customers, name, stratum, cluster):
    estimate = hazard_ratio(
        customers["days"],
        customers["left"],
        customers["arm"],
        horizon_days=90,
        stratum=customers["stratum"] if stratum else None,
        cluster=customers["cluster"] if cluster else None,
    )
    # R's coxph has neither the factor G / (G - 1) nor the t distribution for few clusters
    factor = np.sqrt(12 / 11) if cluster else 1.0
    assert np.log(estimate.value[0]) == close(r[f"cox.{name}.coef"])
    assert estimate.standard_error[0] / factor == close(r[f"cox.{name}.se"])
    if not cluster:
        assert estimate.p_value[0] == close(r[f"cox.{name}.p"])


def test_log_rank(r, customers):
    from scipy.stats import chi2

    columns = customers["days"], customers["left"], customers["arm"]
    assert log_rank(*columns).p_value[0] == close(chi2.sf(r["logrank.chisq"], 1))
    stratified = log_rank(*columns, stratum=customers["stratum"])
    assert stratified.p_value[0] == close(chi2.sf(r["logrank.strata.chisq"], 1))


def test_kaplan_meier_with_log_log_band(r, customers):
    arm = customers["arm"] == 1
    at = [0, 1, 7, 30, 45, 60, 89, 90]
    curve = kaplan_meier(customers["days"][arm], customers["left"][arm], at)
    for i, day in enumerate(at):
        assert (curve.share[i], curve.low[i], curve.high[i]) == (
            close(r[f"km.{day}.share"]),
            close(r[f"km.{day}.low"]),
            close(r[f"km.{day}.high"]),
        )


def test_mantel_haenszel_with_satos_variance(r, customers):
    arm = customers["arm"] == 1
    tables = [
        counts(customers["left"][rows], stratum=customers["stratum"][rows], strata=STRATA) for rows in (arm, ~arm)
    ]
    estimate = stratified_risk_difference(*tables)
    assert estimate.value[0] == close(r["mh.rd"])
    assert estimate.standard_error[0] == close(r["mh.se"])
    assert (estimate.low[0], estimate.high[0]) == (close(r["mh.low"]), close(r["mh.high"]))
    assert estimate.p_value[0] == close(r["cmh.p"])


def test_score_test_is_pearsons_with_one_customer_less(r, customers):
    from scipy.stats import chi2

    arm = customers["arm"] == 1
    p = risk_difference(counts(customers["left"][arm]), counts(customers["left"][~arm])).p_value[0]
    n = len(arm)
    assert p == close(chi2.sf(r["pearson.chisq"] * (n - 1) / n, 1))


def test_welch_and_means_within_strata(r, customers):
    arm = customers["arm"] == 1
    welch = mean_difference(sample(customers["spend"][arm]), sample(customers["spend"][~arm]))
    assert welch.value[0] == close(r["welch.difference"])
    assert (welch.low[0], welch.high[0]) == (close(r["welch.low"]), close(r["welch.high"]))
    assert welch.p_value[0] == close(r["welch.p"])
    cells = [
        sample(customers["spend"][rows], stratum=customers["stratum"][rows], strata=STRATA) for rows in (arm, ~arm)
    ]
    strata = stratified_mean_difference(*cells)
    assert strata.value[0] == close(r["strata.difference"])
    assert strata.standard_error[0] == close(r["strata.se"])
    assert (strata.low[0], strata.high[0]) == (close(r["strata.low"]), close(r["strata.high"]))
    assert strata.p_value[0] == close(r["strata.p"])


def test_holm_sample_ratio_and_t_interval(r):
    adjusted = holm([0.012, 0.041, 0.013, 0.9, 0.041])
    assert adjusted == pytest.approx([r[f"holm.{i}"] for i in range(5)], rel=1e-12)
    assert sample_ratio([95, 118, 107], [0.3, 0.4, 0.3]).p_value == close(r["chisq.p"])
    runs = run_mean([0.31, 0.29, 0.335, 0.301, 0.322])
    assert (runs.low, runs.high) == (close(r["runs.low"]), close(r["runs.high"]))
