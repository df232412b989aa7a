"""Parameters to numbers, and where they come from."""

import pytest

from sim.scenario.document import parse_document
from sim.scenario.provenance import Collapsed, Provenance, collapse


def collapsed(text: str) -> Collapsed:
    return collapse(parse_document(text.encode(), "f.yaml"), ["H-01", "H-02", "P-01"])


def origin(text: str, path: str) -> Provenance:
    found = collapsed(text)
    assert found.problems == ()
    return found.provenance[path]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", 3),
        ("{value: 3}", 3),
        ("{value: 3, source: H-01}", 3),
        ("{central: 4, low: 1, high: 12}", 4),
        ("{central: 1, low: 1, high: 1}", 1),
        ("{distribution: uniform, low: 1, high: 3}", 2),
        ("{distribution: normal, mean: 3, sd: 1}", 3),
        ("{distribution: lognormal, median: 4, sigma: 0.5}", 4),
        ("{distribution: triangular, low: 0, mode: 1, high: 2}", 1),
        ("7 days", 7),
        ("{value: 7 days}", 7),
        ("{central: 7 days, low: 1 day, high: 12}", 7),
        ("{distribution: lognormal, median: 4 days, sigma: 0.5}", 4),
    ],
)
def test_a_parameter_becomes_its_centre(written: str, number: float) -> None:
    found = collapsed(f"delay_days: {written}")
    assert found.problems == ()
    assert found.tree["delay_days"] == number
    assert found.provenance["delay_days"].central == number


def test_a_range_and_a_distribution_are_kept() -> None:
    ranged = origin("x: {central: 4, low: 1, high: 12, assumed: why}", "x")
    assert (ranged.low, ranged.high, ranged.distribution, ranged.ranged) == (1, 12, None, True)
    drawn = origin("x: {distribution: uniform, low: 0, high: 1, assumed: why}", "x")
    assert (drawn.low, drawn.central, drawn.high) == (0.05, 0.5, 0.95)
    assert str(drawn.distribution) == "uniform(low 0, high 1)"
    single = origin("x: 1", "x")
    assert (single.ranged, single.founded, single.line) == (False, False, 1)


def test_a_block_covers_the_bare_numbers_inside_and_the_nearest_block_counts() -> None:
    text = """\
source: H-01
a: 1
b:
  assumed: why
  c: 2
  d: {value: 3}
  e: {value: 4, source: H-02}
  f: [{g: 5}, {source: P-01, g: 6}]
"""
    found = {path: (one.source, one.assumed) for path, one in collapsed(text).provenance.items()}
    assert found == {
        "a": ("H-01", None),
        "b.c": (None, "why"),
        "b.d": (None, "why"),
        "b.e": ("H-02", None),
        "b.f.0.g": (None, "why"),
        "b.f.1.g": ("P-01", None),
    }


def test_only_numbers_have_an_origin() -> None:
    assert list(collapsed("a: text\nb: true\nc: null\nd: 2010-01-01\ne: 1").provenance) == ["e"]


def test_source_and_assumed_leave_the_tree() -> None:
    assert collapsed("a: {b: 1, source: H-01, assumed: the rest}").tree == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x: {value: 1, source: H-03}", "x.source: got H-03, must be the ID of a fact"),
        ("x: {value: 1, assumed: as H-03 says}", "x.assumed: got H-03, must be the ID of a fact"),
        ("x: {value: 1, source: Q-01}", "x.source: got Q-01, must be the ID of a fact"),
        ("x: {value: 1, source: 7}", "x.source: got 7, must be a fact's ID or a citation"),
        ("x: {value: 1, assumed: ' '}", "x.assumed: got ' ', must be the reason of the assumption, in words"),
        ("x: {value: 1, central: 2}", "x.central: got value and central together, must be only one of them"),
        ("x: {value: 1, low: 2}", "x.low: got an unknown key, must be a key of this parameter"),
        ("x: {value: {y: 1}}", "x.value: got a block, must be a number"),
        ("x: {central: 1, low: 3, high: 2}", "x.high: got 2, must be at least low (3)"),
        ("x: {central: 1, low: a, high: 2}", "x.low: got 'a', must be a number"),
        ("x: {distribution: normal, mean: 1}", "x.sd: got nothing, must be given beside mean"),
        ("x: {distribution: normal, mean: 1, sd: 0}", "x.sd: got 0, must be above 0"),
        ("x: {distribution: 7}", "x.distribution: got 7, must be one of uniform"),
        ("x_days: {value: 3 months}", "x_days.value: got '3 months', must be a number of days"),
    ],
)
def test_what_is_refused(text: str, line: str) -> None:
    problems = collapsed(text).problems
    assert len(problems) == 1
    assert f"f.yaml:1: {line}" in str(problems[0])


def test_citations_without_an_id_are_free() -> None:
    for source in (
        "Danaher 2002, table 3",
        "H-01 and P-01",
        "H-02's second figure",
        "COVID-19 Report, A-1",
        "ISO H-011",
    ):
        assert collapsed(f'x: {{value: 1, source: "{source}"}}').problems == ()
