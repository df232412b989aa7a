"""Keys as the schema has them: paths, what they take, what holds where they are left out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import Field

from sim.scenario.document import read_document
from sim.scenario.experiment_schema import Experiment, FirmQuestion
from sim.scenario.keys import OWN, PLACE, WHICH, keys_of, refused_keys
from sim.scenario.kinds import Block, DateOfEveryYear, Many, Name, PositiveDays, Share, Whole
from sim.scenario.schema import Scenario

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = {"source", "assumed"}


class Inner(Block):
    """What stands inside.

    More about it.
    """

    lasts_days: PositiveDays


class Outer(Block):
    """A block made for these tests."""

    refused_keys: ClassVar[Mapping[str, str]] = {"price": "nobody knows it"}

    seats: Whole = Field(ge=1, le=100_000)
    begins: float = Field(default=0.5, gt=0, lt=1, alias="from")
    share: Share | None = None
    who: Many[Literal["a", "b"]] = Field(default=("a",), max_length=3)
    by_name: dict[Name, Inner] = Field(min_length=1)
    by_word: dict[Literal["x", "y"], Inner] = Field(default_factory=dict)
    listed: Many[Inner] = ()
    one: Inner = Inner(lasts_days=1.0)
    on: DateOfEveryYear


def test_every_kind_of_key_is_told() -> None:
    told = {".".join(key.path): (key.takes, key.required, key.default) for key in keys_of(Outer)}
    days = ("days, above 0, at most 36,500", True, "")
    assert told == {
        "seats": ("a whole number, 1 to 100,000", True, ""),
        "from": ("a number, above 0, below 1", False, "`0.5`"),
        "share": ("a share, 0 to 1", False, ""),
        "who": ("a list (0 to 3) of `a` or `b`", False, "`[a]`"),
        "by_name": ("blocks (1 or more) under names of your own", True, ""),
        "by_name.<name>.lasts_days": days,
        "by_word": ("a block for any of `x`, `y`", False, ""),
        "by_word.<which>.lasts_days": days,
        "listed": ("a list of blocks", False, ""),
        "listed.<n>.lasts_days": days,
        "one": ("a block", False, "its defaults"),
        "one.lasts_days": days,
        "on": ("a date of every year such as 09-30", True, ""),
    }


def test_a_key_without_words_of_its_own_has_those_of_its_block() -> None:
    meanings = {".".join(key.path): key.meaning for key in keys_of(Outer)}
    assert meanings["one"] == "what stands inside"
    assert meanings["seats"] == ""


def test_refused_keys_are_told_with_their_reason() -> None:
    assert list(refused_keys(Outer)) == [(("price",), "nobody knows it")]
    assert (("arms", OWN, "cadence"), "what single customers get is for an experiment with 'unit: customer'") in set(
        refused_keys(FirmQuestion)
    )


def _unknown(tree: Any, known: set[tuple[str, ...]], at: tuple[str, ...] = ()) -> list[str]:
    """Paths of a file's tree that no key stands for; `known` holds the keys and all that lies above them."""
    if not any(len(path) > len(at) and path[: len(at)] == at for path in known):
        return []  # a number, a parameter, a list of names: nothing below is a key
    unknown = []
    for part, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if part in ORIGIN:
            continue
        places = [place for place in ((*at, str(part)), (*at, OWN), (*at, WHICH), (*at, PLACE)) if place in known]
        unknown += _unknown(value, known, places[0]) if places else [".".join((*at, str(part)))]
    return unknown


def _known(model: type[Block]) -> set[tuple[str, ...]]:
    return {key.path[:length] for key in keys_of(model) for length in range(1, len(key.path) + 1)}


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda file: str(file.stem))
def test_a_shipped_scenario_has_no_other_keys(file: Path) -> None:
    assert _unknown(read_document(file).tree, _known(Scenario)) == []


@pytest.mark.parametrize("file", sorted((ROOT / "experiments").glob("*.yaml")), ids=lambda file: str(file.stem))
def test_a_shipped_experiment_has_no_other_keys(file: Path) -> None:
    tree = read_document(file).tree
    assert _unknown(tree, _known(FirmQuestion if tree["unit"] == "firm" else Experiment)) == []


def test_another_key_would_be_found() -> None:
    assert _unknown({"desk": {"seats": 3, "chairs": 4}, "money": {}}, _known(Scenario)) == ["desk.chairs"]
