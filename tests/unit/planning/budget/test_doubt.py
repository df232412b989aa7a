"""Doubts of a plan: run and assumption apart, halves for ties, and what is at risk."""

import numpy as np
import pytest

from sim.planning.budget.doubt import Lives, at_risk, beats

FRESH = np.array([10.0, 20.0, 30.0])


def test_the_luck_of_a_replication_is_no_assumption_doubt() -> None:
    """Draws that change nothing live the same replications again: no doubt, however they differ."""
    same = Lives(FRESH, np.tile(FRESH, 4))
    assert same.assumption()["low"] == same.assumption()["high"] == 20.0
    assert same.run()["low"] < 20.0 < same.run()["high"]


def test_assumption_doubt_is_what_draws_change() -> None:
    changes = np.linspace(-5, 5, 101)
    lives = Lives(FRESH, np.resize(FRESH, 101) + changes)
    found = lives.assumption()
    assert (found["low"], found["high"], found["of"], found["n"]) == (
        pytest.approx(15.5),
        pytest.approx(24.5),
        "assumption",
        101,
    )


def test_without_draws_it_is_refused() -> None:
    lives = Lives(FRESH, np.zeros(0))
    assert "refused" in lives.assumption()
    assert "refused" in at_risk(lives)
    assert beats({"a": lives, "b": lives}) == []


def test_ties_count_half() -> None:
    one = Lives(FRESH, np.array([10.0, 25.0, 30.0, 9.0]))
    other = Lives(FRESH, np.array([10.0, 20.0, 30.0, 10.0]))
    shares = {(row["mix"], row["against"]): row["share"] for row in beats({"one": one, "other": other})}
    assert shares == {("one", "other"): 0.5, ("other", "one"): 0.5}


def test_value_at_risk_and_its_shortfall() -> None:
    found = at_risk(Lives(FRESH, np.arange(-10.0, 91.0)))
    assert found["value_at_risk"] == pytest.approx(-5.0)
    assert found["shortfall"] == pytest.approx(np.arange(-10.0, -4.0).mean())
    assert found["loses"] == pytest.approx(10 / 101)
