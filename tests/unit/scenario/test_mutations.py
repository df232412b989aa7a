"""Shipped files with random damage: they load, or they are refused in words; nothing else ever happens."""

import contextlib
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario.load import load_experiment, load_scenario, load_study
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parents[3]
SCENARIO = (ROOT / "scenarios" / "h_broadband.yaml").read_text(encoding="utf-8")
EXPERIMENT = (ROOT / "experiments" / "reward_days.yaml").read_text(encoding="utf-8")
FIRM = (Path(__file__).with_name("bad") / "firm.yaml").read_text(encoding="utf-8")
STUDY = (ROOT / "tests" / "reference" / "hillstrom.yaml").read_text(encoding="utf-8")
PIECES = [
    "", " ", "\n", "\t", ":", ": ", "- ", "{", "}", "[", "]", ",", "#", "'", '"', "|", ">", "?", "? ",
    "%", "@", "`", "&a ", "*a", "!x ", "!!set ", "<<: ", "---\n", "...\n", "null", "true", "no", "~",
    "0", "-1", "1e999", ".nan", "-.inf", "1e308", "9" * 400, "7 days", "15%", "3 months", "H-99",
    "value: ", "central: ", "distribution: ", "{distribution: beta, a: 1, b: 1}", "source: ",
    "assumed: x", "{}", "[]", "[[[]]]", "none", "\x00", "\x85", "\u2028", "\ufeff", "\U0001f600",
    "2010-02-30", "9999-99-99", "a: 1\n", "  ",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """Give the text with up to four pieces cut out, repeated, moved or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            lines = text.split("\n")
            at = draw(st.integers(0, len(lines) - 1))
            taken = lines.pop(at)
            for _ in range(draw(st.integers(0, 2))):
                lines.insert(draw(st.integers(0, len(lines))), taken)
            text = "\n".join(lines)
        else:
            at = draw(st.integers(0, len(text)))
            until = min(len(text), at + draw(st.integers(0, 12)))
            text = text[:at] + draw(st.sampled_from(PIECES) | st.text(max_size=5)) + text[until:]
    return text


def refused_in_words(error: InputProblems) -> None:
    assert error.problems
    for problem in error.problems:
        assert "\n" not in str(problem)
        assert ": got " in str(problem)
        assert ", must be " in str(problem)


quick = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(quick, max_examples=60)
@given(damaged(SCENARIO))
def test_damaged_scenarios(tmp_path: Path, text: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        scenario = load_scenario(file)
    except InputProblems as error:
        refused_in_words(error)
        return
    file.write_text(scenario.resolved_yaml(), encoding="utf-8")
    assert load_scenario(file).value == scenario.value


@settings(quick, max_examples=120)
@given(damaged(EXPERIMENT))
def test_damaged_experiments(tmp_path: Path, text: str) -> None:
    file = tmp_path / "experiment.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(InputProblems):
        load_experiment(file, world())
    try:
        load_experiment(file, world())
    except InputProblems as error:
        refused_in_words(error)


@settings(quick, max_examples=120)
@given(damaged(FIRM))
def test_damaged_questions_about_the_firm(tmp_path: Path, text: str) -> None:
    file = tmp_path / "firm.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        question = load_experiment(file, shop())
    except InputProblems as error:
        refused_in_words(error)
        return
    file.write_text(question.resolved_yaml(), encoding="utf-8")
    assert load_experiment(file, shop()).value == question.value


@settings(quick, max_examples=120)
@given(damaged(STUDY))
def test_damaged_real_trials(tmp_path: Path, text: str) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        study = load_study(file)
    except InputProblems as error:
        refused_in_words(error)
        return
    file.write_text(study.resolved_yaml(), encoding="utf-8")
    assert load_study(file).value == study.value


@settings(quick, max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_bytes(data)
    try:
        load_scenario(file)
    except InputProblems as error:
        refused_in_words(error)


@cache
def world() -> Loaded[Scenario]:
    return load_scenario(ROOT / "scenarios" / "h_broadband.yaml")


@cache
def shop() -> Loaded[Scenario]:
    return load_scenario(Path(__file__).with_name("bad") / "shop.yaml")
