"""Draws of the assumptions: keyed, with the centre as median, and only of what can move."""

import numpy as np
import pytest

from sim.planning.budget.draws import doubtful, draw_worlds, place
from sim.scenario.load import load_scenario
from sim.scenario.provenance import Provenance
from tests.worlds import ROOT, load_company, load_quiet

RANGE = Provenance(None, "why", 1.0, 4.0, 12.0, None, 1)


def test_half_of_a_range_lies_on_either_side_of_its_centre() -> None:
    assert [place(RANGE, chance) for chance in (0.0, 0.25, 0.5, 0.75, 1.0)] == [1.0, 2.5, 4.0, 8.0, 12.0]


def test_a_distribution_draws_by_itself(tmp_path) -> None:
    drawn = {"distribution": "lognormal", "median": 100.0, "sigma": 0.5, "assumed": "why"}
    loaded = load_quiet(money={"mean_fee_yuan_per_month": drawn, "margin_share": 0.5})
    fees = [draw.values["money.mean_fee_yuan_per_month"] for draw in draw_worlds(loaded, 1, 400)]
    assert np.median(fees) == pytest.approx(100.0, rel=0.1)
    assert np.log(fees).std() == pytest.approx(0.5, rel=0.1)


def test_a_draw_depends_on_path_and_number_alone(tmp_path) -> None:
    loaded = load_company()
    some, more = draw_worlds(loaded, 1, 3), draw_worlds(loaded, 1, 5)
    assert [draw.values for draw in some] == [draw.values for draw in more[:3]]
    file = tmp_path / "other.yaml"
    text = (ROOT / "scenarios" / "h_broadband.yaml").read_text(encoding="utf-8")
    ranged = "margin_share: {central: 0.6, low: 0.5, high: 0.7, assumed: why}"
    changed = text.replace("  margin_share: {value: 0.6,", f"  {ranged[:-1]}}}\nx_margin_share: {{value: 0.6,")
    changed = changed[: changed.index("\nx_margin_share")] + changed[changed.index("\nresidual:") :]
    file.write_text(
        changed.replace("experiments:\n  - ../experiments/reward_days.yaml\n", "experiments:\n"), encoding="utf-8"
    )
    wider = draw_worlds(load_scenario(file), 1, 3)
    assert set(wider[0].values) - set(some[0].values) == {"money.margin_share"}
    for one, other in zip(some, wider, strict=True):
        assert one.values.items() <= other.values.items()
    assert draw_worlds(loaded, 2, 1)[0].values != some[0].values


def test_the_drawn_world_has_the_drawn_values() -> None:
    draw = draw_worlds(load_company(), 1, 1)[0]
    assert draw.scenario.reward is not None
    assert draw.scenario.reward.half_dose_days == draw.values["reward.half_dose_days"]


def test_what_company_hs_best_action_acts_through_is_doubted() -> None:
    """Its plan rests on the complaint line: what is reported there and solved is assumed, so it may not stand still."""
    assert {"team.reports_share", "team.solves_share", "contacts.effect.max_reduction"} <= set(doubtful(load_company()))


def test_what_cannot_move_alone_is_left_where_it_is() -> None:
    ranged = {"central": 0.5, "low": 0.4, "high": 0.6, "assumed": "why"}
    loaded = load_quiet(
        segments={"one": {"share": ranged}, "other": {"share": 0.5}},
        money={"mean_fee_yuan_per_month": 100.0, "margin_share": ranged},
    )
    assert list(doubtful(loaded)) == ["money.margin_share"]
    assert draw_worlds(load_quiet(), 1, 3) == []
