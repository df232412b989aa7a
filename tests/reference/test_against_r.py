"""Against R 4.2 (survival, metafor, stats). make_reference.R makes both CSVs, so that no test needs R."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from scipy.stats import chi2

from sim.evidence.balance import sample_ratio
from sim.evidence.cells import Counts, Sample, counts, sample
from sim.evidence.cox import hazard_ratio
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.multiplicity import holm
from sim.evidence.paired import run_mean
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.results import Estimates
from sim.evidence.survival import kaplan_meier, log_rank
from tests.reference.comparison import Comparison, agree, columns, values

STRATA = 4


@cache
def r() -> dict[str, float]:
    return values("r_values.csv")


@cache
def customers() -> dict[str, np.ndarray]:
    return columns("customers.csv")


def lives() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = customers()
    return table["days"], table["left"], table["arm"]


def cells(column: str, *, strata: bool) -> list[Counts] | list[Sample]:
    """Both arms' counts (of ``left``) or samples (of ``spend``)."""
    table, make = customers(), counts if column == "left" else sample
    keys = [{"stratum": table["stratum"][table["arm"] == side], "strata": STRATA} for side in (1, 0)]
    return [make(table[column][table["arm"] == side], **keys[1 - side] if strata else {}) for side in (1, 0)]


def parts(estimate: Estimates, name: str, key: str, by: str, *fields: tuple[str, str]) -> Iterator[Comparison]:
    """Fields of an estimate beside R's values: (field of ours, end of R's name)."""
    for field, end in fields:
        yield Comparison(name, field.replace("_", " "), getattr(estimate, field)[0], r()[f"{key}.{end}"], by)


INTERVAL = (("low", "low"), ("high", "high"))


def cox() -> Iterator[Comparison]:
    # R's coxph has neither the factor G / (G - 1) nor the t distribution for few clusters
    factor = np.sqrt(12 / 11)
    for key, name, stratum, cluster in (
        ("robust", "Cox, Efron's ties, robust variance", False, False),
        ("strata", "Cox within strata", True, False),
        ("cluster", "Cox, clustered, without the factor for few clusters", False, True),
        ("strata_cluster", "Cox within strata, clustered, likewise", True, True),
    ):
        table = customers()
        estimate = hazard_ratio(
            *lives(),
            horizon_days=90,
            stratum=table["stratum"] if stratum else None,
            cluster=table["cluster"] if cluster else None,
        )
        error = estimate.standard_error[0] / (factor if cluster else 1.0)
        by = "survival `coxph`"
        yield Comparison(name, "log hazard ratio", float(np.log(estimate.value[0])), r()[f"cox.{key}.coef"], by)
        yield Comparison(name, "standard error", error, r()[f"cox.{key}.se"], by)
        if not cluster:
            yield Comparison(name, "p", estimate.p_value[0], r()[f"cox.{key}.p"], by)


def log_ranks() -> Iterator[Comparison]:
    by = "survival `survdiff`"
    plain, within = log_rank(*lives()), log_rank(*lives(), stratum=customers()["stratum"])
    yield Comparison("log-rank", "p", plain.p_value[0], chi2.sf(r()["logrank.chisq"], 1), by)
    yield Comparison("log-rank within strata", "p", within.p_value[0], chi2.sf(r()["logrank.strata.chisq"], 1), by)


def curves() -> Iterator[Comparison]:
    days, left = (column[customers()["arm"] == 1] for column in lives()[:2])
    at = [60, 0, 1, 7, 30, 45, 89, 90]  # the first is the one that the page shows
    curve = kaplan_meier(days, left, sorted(at))
    for day in at:
        for part in ("share", "low", "high"):
            ours = float(getattr(curve, part)[sorted(at).index(day)])
            name, by = "Kaplan-Meier, log(-log) band", "survival `survfit`"
            yield Comparison(name, f"{part} on day {day}", ours, r()[f"km.{day}.{part}"], by)


def shares() -> Iterator[Comparison]:
    strata = stratified_risk_difference(*cells("left", strata=True))
    name = "shares within strata: Mantel-Haenszel, Sato"
    fields = (("value", "rd"), ("standard_error", "se"), *INTERVAL)
    yield from parts(strata, name, "mh", "metafor `rma.mh`", *fields)
    name = "its test: Cochran-Mantel-Haenszel"
    yield from parts(strata, name, "cmh", "`mantelhaen.test`", ("p_value", "p"))
    n = len(customers()["arm"])
    expected = float(chi2.sf(r()["pearson.chisq"] * (n - 1) / n, 1))
    p_value = risk_difference(*cells("left", strata=False)).p_value[0]
    yield Comparison("shares: score test", "p", p_value, expected, "`prop.test` x (N - 1) / N")


def means() -> Iterator[Comparison]:
    fields = (("value", "difference"), *INTERVAL, ("p_value", "p"))
    welch = mean_difference(*cells("spend", strata=False))
    yield from parts(welch, "means: Welch", "welch", "`t.test`", *fields)
    strata = stratified_mean_difference(*cells("spend", strata=True))
    fields = (*fields, ("standard_error", "se"))
    yield from parts(strata, "means within strata", "strata", "R, from the formula", *fields)


def families_sizes_and_runs() -> Iterator[Comparison]:
    for i, p_value in enumerate(holm([0.012, 0.041, 0.013, 0.9, 0.041])):
        yield Comparison("Holm", f"p of test {i + 1}", p_value, r()[f"holm.{i}"], "`p.adjust`")
    ratio = sample_ratio([95, 118, 107], [0.3, 0.4, 0.3])
    yield Comparison("sample ratio", "p", ratio.p_value, r()["chisq.p"], "`chisq.test`")
    runs = run_mean([0.31, 0.29, 0.335, 0.301, 0.322])
    for end in ("low", "high"):
        yield Comparison("run doubt", end, getattr(runs, end), r()[f"runs.{end}"], "`t.test`")


ALL = (shares, means, log_ranks, cox, curves, families_sizes_and_runs)


def comparisons() -> Iterator[Comparison]:
    for some in ALL:
        yield from some()


@pytest.mark.parametrize("some", ALL, ids=lambda some: some.__name__)
def test_what_r_says(some):
    agree(some())


def test_a_difference_is_noticed():
    wrong = Comparison("x", "value", 1.0 + 1e-6, 1.0, "nobody")
    with pytest.raises(AssertionError, match="nobody"):
        agree([wrong])
    assert not Comparison("x", "value", float("nan"), 1.0, "nobody").agrees


def test_every_value_that_r_made_is_compared():
    # Cochran's statistic is compared by its p
    made = {comparison.other for comparison in comparisons()}
    left_out = {name for name, value in r().items() if value not in made}
    assert left_out == {"logrank.chisq", "logrank.strata.chisq", "cmh.chisq", "pearson.chisq",
                        "cox.cluster.p", "cox.strata_cluster.p"}  # fmt: skip
