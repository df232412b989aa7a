"""The page: escaped, complete, without network, with nothing empty on it."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from sim.report.figures import draw_all
from sim.report.page import render_page
from sim.report.values import interval, refused
from tests.unit.report.sample_summary import sample_provenance, sample_summary

VOID = {"meta", "link", "br", "img", "hr", "path", "use", "rect", "circle"}


class Reader(HTMLParser):
    """Collect tags, ids, what is fetched, and text; complain about tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.links += [str(found[key]) for key in ("href", "src") if found.get(key)]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def render(summary: dict[str, Any]) -> str:
    return render_page(summary, sample_provenance(), draw_all(summary))


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def page() -> str:
    return render(sample_summary())


def test_every_tag_closes_and_every_id_is_unique(page: str) -> None:
    reader = read(page)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))


def test_nothing_is_fetched(page: str) -> None:
    reader = read(page)
    assert all(link.startswith("#") for link in reader.links)
    targets = {link[1:] for link in reader.links}
    assert targets <= set(reader.ids)
    assert not reader.tags & {"script", "link", "iframe", "object", "embed", "img"}
    assert "http://" not in page
    assert "https://" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_what_a_user_writes_is_escaped() -> None:
    summary: dict[str, Any] = sample_summary()
    evil = "<script>alert('x')</script>&\"</style>"
    summary["title"] = evil
    reward = summary["experiments"][0]
    reward["question"] = evil
    reward["name"] = 'a" onload="alert(1)'
    reward["rests_on"] = [evil]
    summary["assumptions"][0]["assumed"] = evil
    page = render(summary)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page
    reader = read(page)
    assert "script" not in reader.tags
    assert 'onload="alert' not in page


def test_the_page_tells_its_story_in_order(page: str) -> None:
    text = " ".join(read(page).words)
    order = [
        "Should platinum customers get no reward",
        "Give platinum customers 15 free days",
        "Kinds of doubt, kept apart",
        "What each arm does",
        "Who stays, and how long",
        "What it costs and what it keeps",
        "Where the money went",
        "The first trial beside the truth",
        "How far such a trial can be trusted",
        "Is it the same?",
        "What naive comparisons would have said",
        "What the answer rests on",
        "The dose-response is put in, not found out",
        "And if an assumption is wrong?",
        "Reported facts against this world",
        "Revenue-risk matrix",
        "Everything that is assumed",
        "Definitions",
        "Provenance",
        "sim run scenarios/h_broadband.yaml --seed 1",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_kinds_of_doubt_are_named_in_words(page: str) -> None:
    text = " ".join(read(page).words)
    for words in ("run doubt", "trial doubt", "assumption doubt", "prediction interval"):
        assert words in text


def test_the_trade_finds_its_terms(page: str) -> None:
    for term in ("离网率", "保有率", "收入保有率"):
        assert term in page


def test_refusals_show_their_reason(page: str) -> None:
    assert "not given: a test has no effect" in page
    assert "not given: sizes are fixed by complete assignment" in page


def test_the_residual_tables_bias_stands_beside_the_interference_with_its_note() -> None:
    summary: dict[str, Any] = sample_summary()
    (row,) = [
        row
        for row in summary["experiments"][0]["contrasts"]
        if (row["metric"], row["arm"]) == ("net_value_with_residual_per_customer", "days_15")
    ]
    row |= {"table_bias": interval(-321.0, -400.0, -242.0, "run"), "note": "table_bias is what this makes"}
    page = render_page(summary, sample_provenance(), {})
    assert "table bias *" in page
    assert "−321" in page
    assert "<sup>*</sup> table bias is what this makes" in page
    assert "table bias" not in render_page(sample_summary(), sample_provenance(), {})


def test_what_a_trial_does_not_see_is_said_in_words_and_figures() -> None:
    summary: dict[str, Any] = sample_summary()
    (row,) = [
        row
        for row in summary["experiments"][0]["contrasts"]
        if (row["metric"], row["arm"]) == ("churn_rate", "days_15")
    ]
    row["interference"] = interval(0.014, 0.01, 0.018, "run")
    page = render_page(summary, sample_provenance(), {})
    assert page.count("What the trial does not see") == 1
    said = "in the trial days_15 against none seems to make −7.4 points; everybody under it, against everybody under "
    assert said + "none, makes −8.8 points: the trial understates it, by 1.4 points" in " ".join(page.split())
    row["interference"] = interval(0.0, -0.002, 0.002, "run")
    assert "trial and roll-out agree" in " ".join(render_page(summary, sample_provenance(), {}).split())


def test_one_of_anything_is_said_as_one() -> None:
    page = render_page(sample_summary() | {"replications": 1}, sample_provenance(), {})
    assert "· 1 replication<" in page
    assert "1 replications" not in page


def test_a_block_without_data_is_left_out() -> None:
    summary: dict[str, Any] = sample_summary()
    summary["experiments"] = summary["experiments"][:1]
    for key in ("validation", "assumptions"):
        summary[key] = []
    summary |= {"matrix": {}, "policies": {}, "baseline": {}, "definitions": {}}
    reward = summary["experiments"][0]
    reward |= {"naive": [], "equivalence": [], "doubt": [], "rests_on": [], "sample_ratio": None}
    for arm in reward["arms"]:
        arm |= {"survival": None, "ledger": {}, "churn_by_reason": {}}
    page = render(summary)
    text = " ".join(read(page).words)
    for heading in (
        "Who stays",
        "Where the money",
        "Is it the same",
        "naive",
        "rests on",
        "And if an assumption",
        "Reported facts",
        "The base",
        "Everything that is assumed",
        "Definitions",
    ):
        assert heading not in text
    assert not re.search(r"<(tbody|dl|ul|figure)>\s*</", page)
    assert "None" not in text


def test_an_experiment_without_a_trial_has_no_trial_part() -> None:
    summary: dict[str, Any] = sample_summary()
    reward = summary["experiments"][0]
    reward["trial_decision"] = refused("what acts on the firm cannot be randomised over customers")
    for row in reward["contrasts"]:
        row["trial"] = refused("what acts on the firm cannot be randomised over customers")
    summary["experiments"] = [reward]
    page = render(summary)
    assert "cannot be randomised over customers" in page
    assert "would have concluded" not in reward["question"]
