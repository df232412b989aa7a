"""Rules of winning back that let something pass: what they refuse stands in bad/messages.yaml."""

from pathlib import Path

import pytest

from sim.scenario.load import load_scenario

WORLD = (Path(__file__).parent / "bad" / "world.yaml").read_text()
WIN_BACK = "win_back: {reasons: [arrears], from_days: 10, to_days: 90, success_share: 0.2, cost_yuan: 1"
BILLING = "billing: {pays_per_month: {overdue: 2, suspended: 1}, one_way_stop_days: 20, two_way_stop_days: 40"


@pytest.mark.parametrize(
    ("not_worth", "collection"),
    [
        (", not_worth: {owes: false}", ""),
        ("", ", collection: {success_share: 0.1, cost_share: 0.3}"),
    ],
)
def test_debtors_who_can_be_met_may_be_named(tmp_path: Path, not_worth: str, collection: str) -> None:
    """Catches arrears refused although some debtors owe nothing any more, or owing does not matter."""
    blocks = f"{WIN_BACK}{not_worth}}}\n{BILLING}, cancel_days: 90{collection}}}\npolicies:"
    file = tmp_path / "world.yaml"
    file.write_text(WORLD.replace("experiments: [trial.yaml]\n", "").replace("policies:", blocks, 1))
    win_back = load_scenario(file).value.win_back
    assert win_back is not None
    assert win_back.reasons == ("arrears",)
