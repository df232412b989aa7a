"""Every kind of bad scenario and experiment: the exact lines that `sim check` answers, and exit code 2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from sim.cli.main import outcome

BAD = Path(__file__).parents[1] / "unit" / "scenario" / "bad"
MESSAGES: dict[str, dict[str, dict[str, Any]]] = YAML(typ="safe", pure=True).load(BAD / "messages.yaml")
SCENARIO = {"world": "world.yaml", "trial": "world.yaml", "firm": "shop.yaml"}
"""The scenario that lists the file in which something is wrong, or is it."""
CASES = [(file, name) for file, cases in MESSAGES.items() for name in cases]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("world.yaml", "trial.yaml", "shop.yaml", "firm.yaml"):
        (tmp_path / name).write_text((BAD / name).read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Answer(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


Run = Callable[[str], Answer]


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `sim check` on a file in the folder."""

    def answer(name: str) -> Answer:
        code = outcome(["check", name])
        return Answer(code, *capsys.readouterr())

    return answer


@pytest.mark.parametrize("name", sorted(set(SCENARIO.values())))
def test_the_unchanged_files_are_good(run: Run, name: str) -> None:
    result = run(name)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(("file", "name"), CASES, ids=[f"{file}: {name}" for file, name in CASES])
def test_answers(folder: Path, run: Run, file: str, name: str) -> None:
    case = MESSAGES[file][name]
    text = (folder / f"{file}.yaml").read_text()
    for old, new in case["change"]:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / f"{file}.yaml").write_text(text)
    result = run(SCENARIO[file])
    assert result.stderr.splitlines() == case["says"]
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", "got an empty file, must be a YAML file"),
        (b"  \n# only a comment\n", "got an empty file, must be a YAML file"),
        (b"- 1\n", ":1: got a list, must be a mapping at the top of the file (key: value)"),
        (b"text", ":1: got 'text', must be a mapping at the top of the file (key: value)"),
        (b"null", ":1: got nothing, must be a mapping at the top of the file (key: value)"),
        (b"name: a\n\xff", ":2: got a byte that is not UTF-8 (0xff), must be text in UTF-8"),
        (b"name: a\nb: \x00", ":2: got a character that YAML does not allow, must be plain YAML"),
        (
            b"a: b: c",
            ":1: got text that is not YAML (mapping values are not allowed here), must be plain YAML",
        ),
        (b"x" * 600_000, "got more than 524288 bytes, must be a YAML file of at most 524288 bytes"),
        (b"a: " + b"[" * 100_000, ":1: got too many levels, must be at most 16 levels deep"),
        (b"a: " + b"{a: " * 100_000, ":1: got too many levels, must be at most 16 levels deep"),
    ],
)
def test_what_is_no_tree_at_all(folder: Path, run: Run, content: bytes, answer: str) -> None:
    (folder / "world.yaml").write_bytes(content)
    result = run("world.yaml")
    assert result.stderr.splitlines() == [f"world.yaml{'' if answer[0] == ':' else ': '}{answer}"]
    assert result.exit_code == 2


def test_what_is_no_file(run: Run) -> None:
    answers = {
        "nowhere.yaml": "nowhere.yaml: got no such file, must be a YAML file\n",
        ".": ".: got a folder, must be a YAML file\n",
        "world.yaml/x": "world.yaml/x: got a file that cannot be read (Not a directory), must be a YAML file\n",
    }
    for name, answer in answers.items():
        result = run(name)
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", answer)


def test_a_bomb_of_aliases_is_refused_at_once(folder: Path, run: Run) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    (folder / "world.yaml").write_text("\n".join(lines))
    result = run("world.yaml")
    assert "world.yaml:2: a1.0: got an alias (*a0), must be written out (aliases are refused)" in result.stderr
    assert result.exit_code == 2


def test_all_problems_of_a_file_are_told_at_once(folder: Path, run: Run) -> None:
    text = (folder / "world.yaml").read_text()
    for old, new in (
        ("start: 2010-01-01", "strat: 2010-01-01"),
        ("share: 0.75", "share: -1"),
        ("H-01", "H-99"),
    ):
        text = text.replace(old, new, 1)
    (folder / "world.yaml").write_text(text.replace("cadence: calls", "cadence: cals"))
    lines = run("world.yaml").stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "strat",
        "segments",
        "segments.poor.share",
        "leaving.competitor.per_month.stable.source",
        "policies.programme.platinum.cadence",
    ]


def test_problems_of_all_experiments_are_told_at_once(folder: Path, run: Run) -> None:
    trial = (folder / "trial.yaml").read_text()
    (folder / "other.yaml").write_text(trial.replace("cadence: calls", "cadence: cals"))
    (folder / "trial.yaml").write_text(trial.replace("margin: 0.05", "margin: -1"))
    world = (folder / "world.yaml").read_text()
    (folder / "world.yaml").write_text(world.replace("[trial.yaml]", "[trial.yaml, other.yaml, third.yaml]"))
    assert [line.split(": ")[0] for line in run("world.yaml").stderr.splitlines()] == [
        "trial.yaml:14",
        "other.yaml:8",
        "world.yaml:5",
    ]


def test_two_experiments_of_one_name_are_refused(folder: Path, run: Run) -> None:
    (folder / "other.yaml").write_text((folder / "trial.yaml").read_text())
    world = (folder / "world.yaml").read_text()
    (folder / "world.yaml").write_text(world.replace("[trial.yaml]", "[trial.yaml, other.yaml]"))
    assert run("world.yaml").stderr == "other.yaml:1: name: got 'trial', must be another name than that of trial.yaml\n"
