"""Pages to look things up in: `python -m tests.golden.reference_pages` writes them anew.

docs/scenario.md and docs/experiment.md are made from the schema, docs/facts.md from the register of facts. The test
beside this file compares, so that no key and no fact can be missing from its page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from sim.scenario.experiment_schema import Experiment, FirmQuestion, Question
from sim.scenario.facts import facts_page
from sim.scenario.keys import Key, keys_of, load_words, refused_keys
from sim.scenario.kinds import Block
from sim.scenario.schema import Scenario
from sim.scenario.terms import FIRM_DECIDES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TABLE = ["| key | takes | left out | meaning |", "| --- | --- | --- | --- |"]

MADE = "Made by `make reference` from the schema in `sim/scenario/`; do not edit."
PATHS = """\
In a path `<name>` is a name of your own (letters, digits, `_` and `-`), `<which>` one of the words that the line above
lists, and `<n>` the place in a list, counted from 0. In the column *left out*, **–** means that nothing holds then, or
what *meaning* says."""

SCENARIO_HEAD = f"""# A scenario, key by key

{MADE}

What the numbers do stands in [model.md](model.md), of which each part names its sections. `sim check SCENARIO` says
whether a file is valid, and in one line each what is wrong with it: rules that tie two places together are checked
there too.

{PATHS}

A mechanism whose block is left out does not happen. Keys that are not listed are refused.

## How a number may be written
```yaml
share: 0.27                                                        # as it is
share: 27%                                                         # with its unit: 15%, 7 days, 200 yuan
share: {{value: 0.27, source: H-04}}                                 # with where it is from (docs/facts.md)
half_dose_days: {{central: 4, low: 1, high: 12, assumed: why}}       # with a range, which makes it part of the doubt
cost_yuan: {{distribution: lognormal, median: 4, sigma: 0.5, assumed: why}}
risk_factor: {{value: 0.7, calibrate: [0.05, 20], assumed: why}}     # `sim calibrate` may move it (docs/calibration.md)
```
Distributions are `uniform` (`low`, `high`), `triangular` (`low`, `mode`, `high`), `normal` (`mean`, `sd`), `lognormal`
(`median`, `sigma`) and `beta` (`a`, `b`); their median stands where one number is wanted. `source:` or `assumed:` on a
block covers the bare numbers inside it. So `source`, `assumed`, `value`, `central` and `distribution` cannot be names
of things. The unit is the end of the key: `_days`, `_months`, `_minutes`, `_yuan`, `_per_month`, `_per_year`, `_share`
(a fraction); a month of rates and tenure has 365/12 days.
"""

EXPERIMENT_HEAD = f"""# An experiment, key by key

{MADE}

An experiment names no scenario: `sim run SCENARIO -e EXPERIMENT` puts the two together, and `sim check` says in one
line each what does not fit. `unit:` says which of two kinds it is: arms dealt to customers, in a trial, or terms of the
whole firm, which no trial can compare. Numbers may be written as in a scenario ([scenario.md](scenario.md)).

{PATHS}
"""


def scenario_page() -> str:
    """The page of a scenario's keys: one part for what stands at the top, one for each block."""
    keys = list(keys_of(Scenario))
    blocks = dict.fromkeys(key.path[0] for key in keys if len(key.path) > 1)
    tops = [key for key in keys if len(key.path) == 1 and key.path[0] not in blocks]
    lines = [SCENARIO_HEAD, "## At the top", *_laws("scenario", *(key.path[0] for key in tops)), "", *_table(tops)]
    for block in blocks:
        top, *inside = (key for key in keys if key.path[0] == block)
        takes = [] if top.takes == "a block" else [f"Takes {top.takes}."]
        lines += ["", f"## {block}", "", " ".join([_sentence(top.meaning), *takes, _may_be_left_out(top)])]
        lines += [*_laws("scenario", block), "", *_table(inside), *_refused(Scenario, {block})]
    return "\n".join(lines) + "\n"


def experiment_page() -> str:
    """The page of an experiment's keys: what every question has, and what only one kind of it has."""
    of_customers, of_the_firm = list(keys_of(Experiment)), list(keys_of(FirmQuestion))
    shared = {key.path[0] for key in of_customers} & {key.path[0] for key in of_the_firm}
    shared -= {key.path[0] for key in set(of_customers) ^ set(of_the_firm)}
    parts = (
        ("every question", Question, [key for key in of_customers if key.path[0] in shared]),
        ("unit: customer", Experiment, [key for key in of_customers if key.path[0] not in shared]),
        ("unit: firm", FirmQuestion, [key for key in of_the_firm if key.path[0] not in shared]),
    )
    lines = [EXPERIMENT_HEAD]
    for title, kind, keys in parts:
        heading = f"`{title}`" if ":" in title else title.capitalize()
        lines += [f"## {heading}", *_laws("experiment", title), "", *_table(keys), *_refused(kind), ""]
    decides = ", ".join(f"`{place}`" for place in FIRM_DECIDES)
    lines += [f"`set` takes paths of {decides}, and of promotions with `ours: true`."]
    return "\n".join(lines) + "\n"


def _table(keys: Iterable[Key]) -> list[str]:
    return TABLE + [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in _cells(key))} |" for key in keys]


def _cells(key: Key) -> tuple[str, ...]:
    return f"`{'.'.join(key.path)}`", key.takes, "must be given" if key.required else key.default or "–", key.meaning


def _may_be_left_out(top: Key) -> str:
    if top.required:
        return "It must be given."
    if top.default:
        return f"It may be left out; then it is {top.default}."
    return "It may be left out." if "left out" in top.meaning else "It may be left out; then there is nothing of it."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _laws(kind: str, *parts: str) -> list[str]:
    """A line that names the sections of the model in which the law of these parts stands; none where there is none."""
    laws = load_words().laws[kind]
    numbers = sorted({number for part in parts for number in laws.get(part, ())})
    titles = sections()
    links = [f"[{number}](model.md#{_anchor(titles[number])})" for number in numbers]
    return ["", f"Law: model.md, section {' '.join(links)}".replace(") [", "), [") + "."] if links else []


def sections() -> dict[int, str]:
    """Headings of the model's sections, by number."""
    found = re.findall(r"^## ((\d+)\. .*)$", (DOCS / "model.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): title for title, number in found}


def _anchor(heading: str) -> str:
    """The name under which a heading is linked to: small letters, digits and hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _refused(model: type[Block], parts: Collection[str] | None = None) -> Iterator[str]:
    """Keys that are refused for a reason of their own, in some parts of the file or in all, a line a reason."""
    by_reason: dict[str, list[str]] = {}
    for path, why in refused_keys(model):
        if parts is None or path[0] in parts:
            by_reason.setdefault(why, []).append(f"`{'.'.join(path)}`")
    for why, paths in by_reason.items():
        yield f"\nRefused: {', '.join(paths)}, because {why}."


PAGES = {DOCS / "scenario.md": scenario_page, DOCS / "experiment.md": experiment_page, DOCS / "facts.md": facts_page}

if __name__ == "__main__":
    for page, text in PAGES.items():
        page.write_text(text(), encoding="utf-8")
