"""A score that is stated to be better than true risk is refused where it is stated: file, range, arm or option."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sim.experiment import score_curve
from sim.experiment.score_curve import ScoreCurve, TooSharp
from sim.planning.scored import too_sharp
from sim.planning.whatif import answer as whatif
from sim.planning.whatif.question import read_question
from sim.scenario.load import load_experiment, load_scenario
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario
from tests.worlds import QUIET, early_warning

MOST = 0.8
RANGE = '{"central": CENTRE, "low": 0.6, "high": 0.83, "assumed": "a guess"}'
EXPERIMENT = """
name: lists
question: Which score?
unit: firm
background: {policy: before}
arms:
  here: {}
  better:
    set: {early_warning.auc: 0.81}
reference: here
metrics: [churn_rate]
contrasts:
  - {arm: better, against: here}
decision: {metric: churn_rate, choose: lowest}
"""


@pytest.fixture(autouse=True)
def known_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    curve = ScoreCurve((0.0, math.pi / 2), (0.5, MOST), None)
    monkeypatch.setattr(score_curve, "live_curve", lambda scenario: curve)
    monkeypatch.setattr(score_curve, "_read", lambda file: None)
    monkeypatch.setattr(score_curve, "_write", lambda file, curve: curve)
    monkeypatch.setattr(score_curve, "_KNOWN", {})


@pytest.fixture
def world(tmp_path: Path) -> Any:
    """The quiet world with a score whose quality is a range, a key a line."""

    def made(centre: float) -> Loaded[Scenario]:
        lines = [f'"{key}": {json.dumps(value)}' for key, value in QUIET.items()]
        law = {key: json.dumps(value) for key, value in early_warning().items()}
        law["auc"] = RANGE.replace("CENTRE", str(centre))
        lines.append('"early_warning": {\n' + ",\n".join(f'"{key}": {value}' for key, value in law.items()) + "}")
        file = tmp_path / "quiet.yaml"
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        return load_scenario(file)

    return made


def _line(loaded: Loaded[Scenario], word: str) -> int:
    return next(number for number, line in enumerate(loaded.source_text.splitlines(), 1) if word in line)


@pytest.mark.parametrize(
    ("centre", "auc", "key"),
    [(0.82, 0.82, "early_warning.auc"), (0.7, 0.83, "early_warning.auc.high")],
)
def test_the_file_says_it(world: Any, centre: float, auc: float, key: str) -> None:
    """Catches the centre blamed for the end of its range."""
    loaded = world(centre)
    problem = too_sharp(TooSharp(auc, MOST), loaded, option="--vary")
    assert (problem.key, problem.got) == (key, str(auc))
    assert (problem.file, problem.line) == (str(loaded.file), _line(loaded, '"auc"'))
    assert problem.rule == "at most 0.8, what true risk itself reaches in this world"


def test_a_draw_from_the_range_is_put_at_the_range(world: Any) -> None:
    loaded = world(0.7)
    problem = too_sharp(TooSharp(0.8123, MOST), loaded)
    assert problem.key == "early_warning.auc"
    assert problem.rule.endswith("in this world, with a number of its range in place of the centre")


def test_an_arm_says_it(world: Any, tmp_path: Path) -> None:
    """Catches an arm's number that is blamed on the scenario."""
    file, loaded = tmp_path / "lists.yaml", world(0.7)
    file.write_text(EXPERIMENT)
    experiment = load_experiment(file, loaded)
    problem = too_sharp(TooSharp(0.81, MOST), loaded, ([experiment],))
    line = 1 + EXPERIMENT.splitlines().index("    set: {early_warning.auc: 0.81}")
    assert (problem.file, problem.line, problem.got) == (str(file), line, "0.81")
    assert problem.key == "arms.better.set.early_warning.auc"


def test_an_option_says_it(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a refusal that names no place where the number comes from the command line."""

    def refuses(*asked: Any) -> None:
        raise TooSharp(0.9, MOST)

    monkeypatch.setattr(whatif, "_answer", refuses)
    question = read_question(world(0.7), ["early_warning.auc=0.7,0.9"])
    with pytest.raises(InputProblems) as refused:
        whatif.answer(question, (), seed=1, replications=2)
    words = "--vary: early_warning.auc: got 0.9, must be at most 0.8, what true risk itself reaches in this world"
    assert str(refused.value) == words
