"""Figures: the same bytes for the same data, nothing drawn from nothing."""

import re
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from sim.report.figures import draw_all, figure_name
from sim.report.figures.doubt import draw_doubt
from sim.report.figures.money import margin_share
from sim.report.figures.style import arm_styles, inline, spread
from sim.report.values import refused
from tests.unit.report.sample_summary import sample_summary


@pytest.fixture(scope="module")
def figures() -> dict[str, str]:
    return draw_all(sample_summary())


def test_every_kind_of_figure_is_drawn(figures: dict[str, str]) -> None:
    assert list(figures) == [
        "reward_days_survival",
        "reward_days_money_map",
        "reward_days_ledger",
        "reward_days_effects",
        "reward_days_doubt",
        "contact_cadence_survival",
        "contact_cadence_money_map",
        "contact_cadence_ledger",
        "contact_cadence_effects",
        "validation",
    ]
    for svg in figures.values():
        assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_equal_data_give_equal_bytes_whatever_the_user_has_set(figures: dict[str, str]) -> None:
    with mpl.rc_context({"font.size": 20, "svg.fonttype": "none", "axes.grid": True}):
        assert draw_all(sample_summary()) == figures


def test_no_date_and_no_text_that_needs_a_font(figures: dict[str, str]) -> None:
    for svg in figures.values():
        assert "<dc:date>" not in svg
        assert "<text" not in svg


def test_an_inlined_figure_has_ids_of_its_own(figures: dict[str, str]) -> None:
    body = inline(figures["validation"], "validation", 'say "hello"')
    assert body.startswith('<svg role="img" aria-label="say &#34;hello&#34;"')
    assert "xmlns" not in body
    assert "<metadata" not in body
    ids = re.findall(r'\bid="([^"]*)"', body)
    used = re.findall(r'(?:href="#|url\(#)([^")]*)', body)
    assert all(name.startswith("validation-") for name in ids)
    assert set(used) <= set(ids)


def test_nothing_is_drawn_from_nothing() -> None:
    summary: dict[str, Any] = sample_summary()
    summary["validation"] = [row for row in summary["validation"] if row["kind"] == "given"]
    for experiment in summary["experiments"]:
        experiment |= {"contrasts": [], "doubt": []}
        for arm in experiment["arms"]:
            arm |= {"survival": None, "ledger": None}
    assert draw_all(summary) == {}


def test_an_arm_looks_the_same_everywhere_and_the_reference_is_grey() -> None:
    reward, cadence = sample_summary()["experiments"]
    styles = arm_styles(reward)
    assert styles["none"] == arm_styles(cadence)["none"]
    assert len({(style.colour, style.line, style.marker) for style in styles.values()}) == 3
    assert len({style.marker for style in styles.values()}) == 3


def test_margin_is_the_scenarios_even_where_no_net_value_is_given() -> None:
    summary: dict[str, Any] = sample_summary()
    for arm in summary["experiments"][0]["arms"]:
        arm["metrics"]["net_value_per_customer"] = refused("one replication shows no run doubt")
    assert margin_share(summary) == 0.6
    assert margin_share(summary | {"assumptions": []}) is None


def test_many_arms_get_more_rows_of_panels_not_narrower_ones() -> None:
    summary: dict[str, Any] = sample_summary()
    reward = summary["experiments"][0]
    few = draw_doubt(reward, summary)
    extra = [f"days_{days}" for days in (5, 10, 30, 90)]
    reward["arms"] += [{**reward["arms"][1], "name": name} for name in extra]
    for world in reward["doubt"]:
        world["net_value"] |= dict.fromkeys(extra, world["net_value"]["days_15"])
    many = draw_doubt(reward, summary)
    assert few is not None
    assert many is not None
    assert size_of(many)[0] == size_of(few)[0]
    assert size_of(many)[1] > 1.7 * size_of(few)[1]


def size_of(svg: str) -> tuple[float, float]:
    """Width and height in the figure's own units."""
    _, _, width, height = ElementTree.fromstring(svg).attrib["viewBox"].split()
    return float(width), float(height)


def test_labels_are_spread_and_keep_their_order() -> None:
    placed = spread([0.50, 0.51, 0.80], 0.05)
    assert placed[1] - placed[0] >= 0.05 - 1e-12
    assert sorted(placed) == placed
    assert spread([], 0.05) == []


def test_a_figures_name_is_safe_as_a_file() -> None:
    assert figure_name({"name": "../a b"}, "doubt") == "___a_b_doubt"
