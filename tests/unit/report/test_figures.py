"""Figures: the same bytes for the same data, nothing drawn from nothing."""

import re
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from sim.report.figures import draw_all, figure_name
from sim.report.figures.money import margin_share
from sim.report.figures.style import arm_styles, inline, spread
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


def test_margin_follows_from_net_value_and_ledger() -> None:
    assert margin_share(sample_summary()["experiments"][0]) == pytest.approx(0.6)


def test_labels_are_spread_and_keep_their_order() -> None:
    placed = spread([0.50, 0.51, 0.80], 0.05)
    assert placed[1] - placed[0] >= 0.05 - 1e-12
    assert sorted(placed) == placed
    assert spread([], 0.05) == []


def test_a_figures_name_is_safe_as_a_file() -> None:
    assert figure_name({"name": "../a b"}, "doubt") == "___a_b_doubt"
