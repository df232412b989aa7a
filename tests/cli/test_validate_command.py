"""`sim validate`: every figure in the table, the page, and what is refused in a line."""

from pathlib import Path

import pytest

from sim.cli.main import outcome

from .test_calibrate_command import WORLD

QUICK = ("--replications", "40", "--jobs", "1")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "world.yaml"
    file.write_text(WORLD.replace("value: 0.1", "value: 0.03"), encoding="utf-8")
    return Path("world.yaml")


def row(text: str, what: str) -> list[str]:
    return next(line for line in text.splitlines() if what in line).split()


def test_every_figure_is_shown_with_what_became_of_it(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["validate", str(world), *QUICK]) == 0
    text = capsys.readouterr().out
    assert row(text, "churn")[:3] == ["H-01", "churn", "31.0%"]
    assert row(text, "churn")[-2:] == ["fitted", "met"]
    assert row(text, "sales people")[-3:] == ["not", "held", "1"]
    assert "1: nobody sells here" in text
    assert "Of 2 figures 1 are met (1 fitted), 0 not met, 1 not held" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_what_is_not_met_is_named(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_text(WORLD, encoding="utf-8")
    assert outcome(["validate", str(world), *QUICK]) == 0
    assert "Not met: churn (H-01)." in capsys.readouterr().out


def test_several_scenarios_make_one_page(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = Path("other.yaml")
    other.write_text(WORLD.replace("name: small", "name: other\ntitle: Another world"), encoding="utf-8")
    assert outcome(["validate", str(world), str(other), *QUICK, "--markdown", "page.md"]) == 0
    assert "Written: page.md" in capsys.readouterr().out
    page = Path("page.md").read_text(encoding="utf-8")
    assert "## small" in page
    assert "## Another world" in page
    assert "- churn (H-01): no reason is known." in page
    assert "| H-19 | sales people | 4 | not given | given | not held | nobody sells here |" in page


@pytest.mark.parametrize(
    ("change", "words", "line"),
    [
        (
            ("quantity: year1.churn_of_those_there, kind", "quantity: year1.churn_of_them, kind"),
            [],
            "validation.0.quantity",
        ),
        (("H-19.sales_people", "H-19.sales_folk"), [], "(did you mean 'H-19.sales_people'?)"),
        (("", ""), ["--replications", "38"], "38 is not in the range"),
        (("", ""), ["--markdown", "nowhere/page.md"], "there is no folder nowhere"),
        (("", ""), ["--markdown", "."], "it is no file"),
        (("", ""), ["nowhere.yaml"], "nowhere.yaml: got no such file"),
    ],
)
def test_bad_input_is_a_line(
    world: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], words: list[str], line: str
) -> None:
    world.write_text(WORLD.replace(*change, 1), encoding="utf-8")
    assert outcome(["validate", str(world), *QUICK, *words]) == 2
    printed = capsys.readouterr()
    assert line in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""


def test_a_scenario_without_validation_is_a_line(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_text(WORLD[: WORLD.index("validation:")], encoding="utf-8")
    assert outcome(["validate", str(world), *QUICK]) == 2
    assert "world.yaml:2: validation: got nothing, must be given" in capsys.readouterr().err
