"""`sim check` shows every reason whole: a table never ends in the middle of a word."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from sim.cli.main import outcome
from sim.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]
LONGEST_WORD = 18  # longer ones may be folded into two lines


@pytest.mark.parametrize("name", ["h_broadband", "x_county_mobile"])
def test_no_word_of_a_reason_is_cut_at_the_edge(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = ROOT / "scenarios" / f"{name}.yaml"
    assert outcome(["check", str(file)]) == 0
    printed = capsys.readouterr().out
    assert max(cell_len(line) for line in printed.splitlines()) <= 100
    seen = set(printed.split())
    reasons = [origin.assumed for origin in load_scenario(file).provenance.values() if origin.assumed]
    missing = {word for reason in reasons for word in reason.split() if len(word) <= LONGEST_WORD} - seen
    assert missing == set()
