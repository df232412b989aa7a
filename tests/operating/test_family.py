"""The family of checks itself: it fails when it should, by the chance it states, and never in silence."""

import numpy as np
import pytest

from tests.family import CHECKS, FAMILY_ERROR, POWER, Family, generator

NAMES = ("first", "second")


@pytest.fixture
def pair() -> Family:
    return Family([], NAMES)


def flips(count: int, trials: int) -> np.ndarray:
    return np.arange(trials) < count


def test_names_are_unique_and_the_error_is_shared_equally(pair):
    assert len(set(CHECKS)) == len(CHECKS)
    assert pair.error == FAMILY_ERROR / 2
    with pytest.raises(ValueError, match="not declared"):
        pair.rate("third", flips(50, 1000), "is", 0.05)


def test_a_wrong_rate_fails_and_a_right_one_does_not(pair):
    pair.rate("first", flips(50, 1000), "is", 0.05)
    for count, side in ((90, "is"), (20, "is"), (90, "at most"), (20, "at least")):
        with pytest.raises(AssertionError, match="first"):
            pair.rate("first", flips(count, 1000), side, 0.05)
    pair.rate("first", flips(0, 1000), "at most", 0.05)
    pair.rate("first", flips(1000, 1000), "at least", 0.05)


def test_too_few_trials_to_ever_fail_is_an_error(pair):
    with pytest.raises(ValueError, match="can never fail"):
        pair.rate("first", flips(0, 3), "at least", 0.5)
    with pytest.raises(ValueError, match="can never fail"):
        pair.mean("first", [1.0, 1.0], 1.0)


def test_what_it_claims_to_detect_it_detects(pair):
    pair.rate("first", flips(500, 10_000), "is", 0.05)
    detectable = pair.notes[-1][1]["detectable"]
    draw, failed = generator("what it claims to detect"), 0
    for count in draw.binomial(10_000, 0.05 + detectable, 1000):
        try:
            pair.rate("first", flips(count, 10_000), "is", 0.05)
        except AssertionError:
            failed += 1
    assert failed / 1000 == pytest.approx(POWER, abs=0.04)


def test_means(pair):
    values = np.linspace(1.0, 3.0, 400)
    pair.mean("second", values, 2.0)
    with pytest.raises(AssertionError, match="second"):
        pair.mean("second", values, 2.5)
    assert [name for name, _ in pair.notes] == ["family_check"] * 2


def test_a_generator_follows_from_its_name():
    assert generator("a").integers(2**60) == generator("a").integers(2**60)
    assert generator("a").integers(2**60) != generator("b").integers(2**60)
