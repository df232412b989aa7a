"""`sim check` shows every reason whole: a table never ends in the middle of a word."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from sim.cli.main import outcome
from sim.scenario.load import load_scenario
from tests.worlds import QUIET

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


def test_circles_are_counted_as_they_are_dealt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = [{"size": 2, "share": 0.41}, {"size": 5, "share": 0.3}]
    news = {"raises": 0.5, "lasts_days": 30, "acts_on": ["competitor"]}
    file = tmp_path / "world.yaml"
    file.write_text(json.dumps(QUIET | {"circles": {"sizes": sizes, "news": news}}), encoding="utf-8")
    assert outcome(["check", str(file)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "Circles: 20 of 2, 6 of 5; 30 customers are alone; members hear weekly who has left" in words
