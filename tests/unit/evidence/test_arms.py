"""Several arms, doses and subgroups: refusals, mistakes, and what must hold for all data."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.cells import Counts, Sample
from sim.evidence.contrasts import (
    factorial_means,
    factorial_shares,
    mean_contrast,
    pooled_counts,
    pooled_sample,
    share_contrast,
)
from sim.evidence.dose_response import emax_curve, least_dose
from sim.evidence.dunnett import dunnett_means, dunnett_shares
from sim.evidence.means import mean_difference
from sim.evidence.multiplicity import benjamini_hochberg, false_discovery_family, holm
from sim.evidence.proportions import risk_difference
from sim.evidence.results import Estimate, Refused, joined
from sim.evidence.subgroups import subgroup_means, subgroup_shares
from sim.evidence.trend import share_trend

LABELS = ["15 days", "45 days"]
COUNTS = [Counts(90, 300), Counts(70, 300), Counts(66, 280)]
MEANS = [Sample(30, 5.0, 4.0), Sample(40, 6.0, 9.0), Sample(20, 5.5, 1.0)]


def reason(result: object) -> str:
    assert isinstance(result, Refused), result
    return result.reason


@st.composite
def arms(draw: st.DrawFn) -> list[Counts]:
    sizes = [draw(st.integers(1, 300)) for _ in range(3)]
    return [Counts(draw(st.integers(0, n)), n) for n in sizes]


@given(arms())
def test_a_contrast_of_two_shares_is_newcombes(counts):
    contrast, newcombe = share_contrast(counts[:2], [1, -1], label=""), risk_difference(*counts[:2])
    assert contrast.refused.tolist() == newcombe.refused.tolist()
    for name in ("value", "low", "high"):
        assert getattr(contrast, name) == pytest.approx(getattr(newcombe, name), nan_ok=True)


@given(arms())
def test_p_and_interval_of_shares_agree(counts):
    contrast = share_contrast(counts, [-1, 0.5, 0.5], label="").one()
    if isinstance(contrast, Refused):
        return
    assert contrast.effect.low <= contrast.effect.value + 1e-12
    assert contrast.effect.value <= contrast.effect.high + 1e-12
    if abs(contrast.p_value - 0.05) > 1e-9:
        assert (contrast.p_value < 0.05) == (contrast.effect.low > 0 or contrast.effect.high < 0)
    turned = share_contrast(counts, [1, -0.5, -0.5], label="").one()
    assert turned.p_value == pytest.approx(contrast.p_value)
    assert turned.effect.low == pytest.approx(-contrast.effect.high)


def test_a_contrast_of_two_means_is_welchs():
    contrast, welch = mean_contrast(MEANS[:2], [1, -1], label=""), mean_difference(*MEANS[:2])
    for name in ("value", "low", "high", "p_value", "standard_error", "n"):
        assert getattr(contrast, name) == pytest.approx(getattr(welch, name), rel=1e-13)


def test_pooled_arms_are_their_customers():
    pooled = pooled_counts(COUNTS[1:])
    assert (pooled.events, pooled.n) == (136, 580)
    values = [np.array([1.0, 2.0, 6.0]), np.array([4.0, 9.0])]
    cells = [Sample(len(v), v.mean(), v.var(ddof=1)) for v in values]
    both, one = np.concatenate(values), pooled_sample(cells)
    assert (one.n, one.mean, one.variance) == pytest.approx((5, both.mean(), both.var(ddof=1)))


def test_a_factorial_design():
    cells = [Counts(60, 200), Counts(50, 200), Counts(46, 200), Counts(20, 200)]
    effects = factorial_shares(cells, names=("reward", "calls"))
    assert effects["first"].value[0] == pytest.approx((-10 / 200 - 26 / 200) / 2)
    assert effects["second"].value[0] == pytest.approx((-14 / 200 - 30 / 200) / 2)
    assert effects["interaction"].value[0] == pytest.approx(-26 / 200 + 10 / 200)
    assert effects["interaction"].one().label == "interaction: what calls adds to the effect of reward"


def test_two_subgroups_are_the_interaction_of_a_factorial():
    cells = [Sample(30, 5.0, 4.0), Sample(40, 6.0, 9.0), Sample(20, 5.5, 1.0), Sample(25, 8.0, 5.0)]
    # subgroup 0: cells 0 (against) and 1 (arm); subgroup 1: cells 2 and 3
    against, arm = (Sample(*zip(*pair, strict=True)) for pair in ((cells[0], cells[2]), (cells[1], cells[3])))
    given = subgroup_means(arm, against, names=["low", "high"])
    expected = factorial_means(cells, names=("arm", "high"))["interaction"]
    assert given.interaction.p_value == pytest.approx(expected.p_value, rel=1e-12)
    assert given.effects["high"].one().label == "difference of means, subgroup high"
    assert "one of 2 subgroups" in given.effects["low"].one().correction


def test_subgroups_leave_out_what_cannot_be_compared():
    arm, against = Counts([[20, 30, 0]], [[100, 100, 0]]), Counts([[30, 30, 5]], [[100, 100, 40]])
    with_empty = subgroup_shares(arm, against, names=["a", "b", "c"])
    without = subgroup_shares(Counts([20, 30], [100, 100]), Counts([30, 30], [100, 100]), names=["a", "b"])
    assert with_empty.interaction.p_value == pytest.approx(without.interaction.p_value)
    assert "no customers" in reason(with_empty.effects["c"].one())
    alone = subgroup_shares(Counts([20, 0], [100, 0]), Counts([30, 5], [100, 40]), names=["a", "b"])
    assert "fewer than 2 subgroups" in reason(alone.interaction.one())
    assert "not by how much" in reason(with_empty.interaction.one().effect)


def test_dunnett_lies_between_no_correction_and_bonferroni():
    for estimates in (
        dunnett_means(MEANS[1:], MEANS[0], labels=LABELS),
        dunnett_means(MEANS[1:], MEANS[0], labels=LABELS, variance="pooled"),
        dunnett_shares(COUNTS[1:], COUNTS[0], labels=LABELS),
    ):
        for arm, label in zip(estimates, LABELS, strict=True):
            one = arm.one()
            assert isinstance(one, Estimate)
            assert one.p_value < one.p_adjusted < 2 * one.p_value
            assert (one.p_adjusted < 0.05) == (one.effect.low > 0 or one.effect.high < 0)
            assert one.label == label
            assert one.correction == "Dunnett over 2 arms against one reference (p adjusted and interval)"


def test_dunnett_with_one_arm_is_the_plain_test():
    only = dunnett_means(MEANS[1:2], MEANS[0], labels=["a"])[0]
    welch = mean_difference(MEANS[1], MEANS[0])
    assert only.p_adjusted == pytest.approx(welch.p_value, rel=1e-7)
    assert (only.low, only.high) == (pytest.approx(welch.low, rel=1e-7), pytest.approx(welch.high, rel=1e-7))


def test_many_trials_are_as_each_alone():
    x = np.array([[90, 70, 66], [80, 81, 50], [0, 0, 0]])
    together = dunnett_shares([Counts(x[:, arm], 300) for arm in (1, 2)], Counts(x[:, 0], 300), labels=LABELS)
    for trial in range(2):
        alone = dunnett_shares([Counts(x[trial, arm], 300) for arm in (1, 2)], Counts(x[trial, 0], 300), labels=LABELS)
        for one, batch in zip(alone, together, strict=True):
            assert batch.p_adjusted[trial] == pytest.approx(one.p_adjusted[0], rel=1e-9)
            assert batch.low[trial] == pytest.approx(one.low[0], rel=1e-9)
    assert "no events in any arm" in reason(together[0].one(2))
    twice = joined([together[0], together[0]])
    assert twice.one(3) == together[0].one(0)


def test_benjamini_hochberg_is_never_above_holm_and_leaves_refusals_out():
    p_values = np.array([[0.01, np.nan, 0.04, 0.03], [0.2, 0.5, 0.9, np.nan]])
    adjusted = benjamini_hochberg(p_values)
    assert np.isnan(adjusted).tolist() == np.isnan(p_values).tolist()
    assert (np.nan_to_num(adjusted) <= np.nan_to_num(holm(p_values))).all()
    assert adjusted[0, [0, 2, 3]] == pytest.approx([0.03, 0.04, 0.04])
    family = false_discovery_family({"a": risk_difference(*COUNTS[:2]).one(), "b": Refused("no")}, "gifts")
    assert family["a"].correction.startswith("Benjamini-Hochberg (false discovery rate) over 1 tests")
    assert family["b"] == Refused("no")


def test_a_trend_over_two_doses_is_pearsons_chi_square():
    estimates, pair = share_trend(COUNTS[:2], [0, 45]), risk_difference(COUNTS[1], COUNTS[0])
    assert estimates.value * 45 == pytest.approx(pair.value)
    assert estimates.low * 45 == pytest.approx(pair.low)
    shifted = share_trend(COUNTS, [100, 115, 145])
    assert shifted.p_value == pytest.approx(share_trend(COUNTS, [0, 15, 45]).p_value)
    assert shifted.value * 7 == pytest.approx(share_trend(COUNTS, [0, 15 / 7, 45 / 7]).value)


def test_the_unit_of_a_dose_does_not_matter():
    values, errors, doses = [0.30, 0.24, 0.21, 0.20], [0.004] * 4, np.array([0, 15, 30, 60])
    days = least_dose(values, errors, doses, 900, of_largest=0.5).one()
    weeks = least_dose(values, errors, doses / 7, 900, of_largest=0.5).one()
    for name in ("value", "low", "high"):
        assert getattr(days.effect, name) / 7 == pytest.approx(getattr(weeks.effect, name), rel=1e-6)
    turned = least_dose([1 - value for value in values], errors, doses, 900, size=0.05).one()
    assert turned.effect.value == pytest.approx(least_dose(values, errors, doses, 900, size=-0.05).value[0])


def test_an_exact_curve_is_found():
    doses = np.array([0.0, 15.0, 45.0])
    curve = emax_curve(0.3 - 0.1 * doses / (8 + doses), np.full(3, 0.01), doses)
    assert (curve.e0[0], curve.emax[0], curve.ed50[0]) == pytest.approx((0.3, -0.1, 8.0), rel=1e-5)


@pytest.mark.parametrize(
    ("values", "error", "enough", "why"),
    [
        ([0.30, 0.20, 0.20], 0.001, {"of_largest": 0.8}, "smallest dose has all of the effect"),
        ([0.30, 0.20, 0.21], 0.001, {"of_largest": 0.8}, "smallest dose has all of the effect"),
        ([0.30, 0.29, 0.20], 0.001, {"of_largest": 0.8}, "straight line"),
        ([0.30, 0.25, 0.22], 0.02, {"of_largest": 0.8}, "every curve fits"),
        ([0.30, 0.25, 0.22], 0.002, {"size": -0.2}, "not reached by the largest dose"),
        ([0.30, 0.25, 0.22], 0.002, {"size": 0.02}, "not reached by the largest dose"),
        ([0.30, 0.25, 0.22], 0.002, {"size": -0.079}, "no end within the doses tried"),
        ([0.30, 0.25, 0.22], 0.0, {"size": -0.05}, "no standard error"),
    ],
)
def test_doses_that_data_cannot_tell(values, error, enough, why):
    assert why in reason(least_dose(values, [error] * 3, [0, 15, 45], 900, **enough).one())


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: share_contrast([Counts(0, 0), Counts(3, 9)], [1, -1], label=""), "no customers"),
        (lambda: share_contrast([Counts(0, 9), Counts(0, 9)], [1, -1], label=""), "no events"),
        (lambda: share_contrast([Counts(9, 9), Counts(9, 9)], [1, -1], label=""), "every customer"),
        (lambda: mean_contrast([Sample(1, 1, 0), Sample(9, 1, 1)], [1, -1], label=""), "fewer than 2 customers"),
        (lambda: mean_contrast([Sample(9, 1, 0), Sample(9, 2, 0)], [1, -1], label=""), "no spread"),
        (lambda: dunnett_shares([Counts(0, 0)], Counts(3, 9), labels=["a"])[0], "no customers"),
        (lambda: dunnett_shares([Counts(9, 9)], Counts(9, 9), labels=["a"])[0], "every customer"),
        (lambda: dunnett_means([Sample(1, 1, 0)], Sample(9, 1, 1), labels=["a"])[0], "fewer than 2 customers"),
        (lambda: dunnett_means([Sample(9, 1, 0)], Sample(9, 1, 0), labels=["a"])[0], "no spread"),
        (lambda: share_trend([Counts(0, 9), Counts(0, 9)], [0, 15]), "no events"),
        (lambda: share_trend([Counts(9, 9), Counts(9, 9)], [0, 15]), "every customer"),
        (lambda: share_trend([Counts(0, 0), Counts(3, 9)], [0, 15]), "one dose only"),
    ],
)
def test_what_arms_cannot_tell_is_refused(call, why):
    assert why in reason(call().one())


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: share_contrast(COUNTS, [1, -1], label=""), "a weight for each of 3 arms"),
        (lambda: share_contrast(COUNTS, [0, 0, 0], label=""), "not all of them 0"),
        (lambda: mean_contrast(MEANS, [1, 1, -1], label=""), "must add up to 0"),
        (lambda: share_contrast([Counts(5, 4), Counts(1, 4)], [1, -1], label=""), "more events than customers"),
        (lambda: mean_contrast([Sample(4, 1, -1), Sample(4, 1, 1)], [1, -1], label=""), "must not be negative"),
        (lambda: mean_contrast([Sample([[4]], 1, 1), MEANS[0]], [1, -1], label=""), "scalars or of shape"),
        (lambda: factorial_means(MEANS, names=("a", "b")), "4 cells"),
        (lambda: dunnett_means([], MEANS[0], labels=[]), "an arm and a label for each"),
        (lambda: dunnett_shares(COUNTS[1:], COUNTS[0], labels=["a"]), "an arm and a label for each"),
        (lambda: share_trend(COUNTS, [15, 15, 15]), "not all of them equal"),
        (lambda: least_dose([1, 2, 3], [1, 1, 1], [0, 15, 15], 9, size=1.0), "at least 3 different doses"),
        (lambda: least_dose([1, 2, 3], [1, 1], [0, 15, 45], 9, size=1.0), "one entry an arm"),
        (lambda: least_dose([1, 2, 3], [1, 1, 1], [0, 15, 45], 9), "say what is enough"),
        (lambda: least_dose([1, 2, 3], [1, 1, 1], [0, 15, 45], 9, size=0.0), "reached by no dose"),
        (lambda: subgroup_shares(Counts([1, 2], 9), Counts([1, 2], 9), names=["a", "a"]), "a name of its own"),
    ],
)
def test_mistakes(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call()
