"""Values that a planner asks about: `PATH=0,5,10` or `PATH=0..45 step 5`, read and checked against a scenario."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.loaded import Loaded, Scalar, Settings, leaves
from sim.scenario.problems import InputProblems, KeyPath, Problem, shown
from sim.scenario.quantities import quantity, unit_of
from sim.scenario.schema import Scenario

VARY = "--vary"
MOST_POINTS = 100
_STEPS = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s+step\s+(\S+)\s*")
_FORM = "PATH=VALUES, such as money.margin_share=0.5,0.6 or money.margin_share=0.5..0.7 step 0.05"
_KIND = "a number, a switch (true, false) or a choice"
# What a run is called and what it is compared with: nothing of it is lived.
_NOT_LIVED = ("name", "currency", "experiments", "history", "planning", "targets", "validation")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Varied:
    """A place in a scenario, the values asked about, and the one that stands in the file.

    Parameters
    ----------
    path : str
    values : tuple of number, bool, text or None
        Each once, in the order asked.
    in_file : number, bool, text or None
        None where the file leaves it out.
    block : str
        Path of the nearest block around it that the file leaves out, and which setting a value brings in; empty where
        the path exists.
    """

    path: str
    values: tuple[Scalar, ...]
    in_file: Scalar
    block: str = ""


def read_varied(loaded: Loaded[Scenario], text: str) -> Varied:
    """Read what `--vary` was given.

    Parameters
    ----------
    loaded : Loaded of Scenario
    text : str
        ``PATH=VALUES``: listed with commas, or ``FIRST..LAST step STEP``.

    Raises
    ------
    InputProblems
        The path does not exist (nearest names given) or holds nothing that can be varied, or the values cannot be read.
        Whether they keep the scenario's rules is seen when they are set.
    """
    path, equals, listed = (part.strip() for part in text.partition("="))
    if not equals or not path or not listed:
        raise InputProblems([Problem(VARY, None, "", shown(text), _FORM)])
    tree = loaded.tree()
    known = leaves(tree)
    block, keys = "", known.get(path)
    if keys is None:
        block, keys = _in_absent_block(path, known)
        if not block:
            loaded.with_value(path, None, VARY)  # raises, and names the nearest paths
    in_file = None if block else _at(tree, keys)
    if not is_lived(path) or not _can_vary(Scenario, keys):
        raise InputProblems([Problem(VARY, None, path, shown(in_file), f"the path of {_KIND} that is lived")])
    return Varied(path, tuple(dict.fromkeys(_values(path, listed, keys))), in_file, block)


def is_lived(path: str) -> bool:
    """Whether what stands at a path of a scenario can change anybody's life."""
    return path.split(".")[0] not in _NOT_LIVED


def settings(varied: Sequence[Varied], values: Sequence[Scalar]) -> Settings:
    """Give what `Loaded.with_values` takes to set each varied path to its value.

    Parameters
    ----------
    varied : sequence of Varied
    values : sequence
        One of each. A block that the file leaves out is set as a whole, and stays out where its value is None.
    """
    found: dict[str, Any] = {}
    for one, value in zip(varied, values, strict=True):
        if not one.block:
            found[one.path] = value
        elif value is not None:
            inside: Any = found.setdefault(one.block, {})
            *between, last = one.path.removeprefix(one.block + ".").split(".")
            for key in between:
                inside = inside.setdefault(key, {})
            inside[last] = value
    return found


def _in_absent_block(path: str, known: Mapping[str, KeyPath]) -> tuple[str, KeyPath]:
    """Give the block that the file leaves out around a path, with the path's keys; empty if there is none."""
    for name, keys in known.items():
        if path.startswith(name + "."):
            whole = (*keys, *path.removeprefix(name + ".").split("."))
            return (name, whole) if _field(Scenario, whole) is not None else ("", ())
    return "", ()


def _at(tree: Any, keys: KeyPath) -> Scalar:
    for key in keys:
        tree = tree[key]
    value: Scalar = tree
    return value


def _can_vary(model: type[BaseModel], keys: KeyPath) -> bool:
    """Whether the schema holds a number, a switch or a choice at a path: no date, no free text, no block."""
    found = _field(model, keys)
    if found is None:
        return False
    kinds = _kinds(*found)
    return any(kind in (int, float, bool) or get_origin(kind) is Literal or kind == "name" for kind in kinds)


def _field(model: Any, keys: KeyPath) -> tuple[Any, Sequence[Any]] | None:
    """Give the type that the schema has at a path, and what else it says of it; None where it has nothing there."""
    at: Any = model
    said: Sequence[Any] = ()
    for key in keys:
        inner = [kind for kind in _plain(at) if isinstance(kind, type) and issubclass(kind, BaseModel)]
        holders = [kind for kind in _plain(at) if get_origin(kind) in (dict, tuple)]
        if inner:
            field = _named(inner[0], key)
            if field is None:
                return None
            at, said = field.annotation, field.metadata
        elif holders:
            arguments = get_args(holders[0])
            at, said = arguments[1 if get_origin(holders[0]) is dict else 0], ()
        else:
            return None
    return at, said


def _named(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    for name, field in model.model_fields.items():
        if key in (field.alias, name):
            return field
    return None


def _plain(kind: Any) -> Iterator[Any]:
    """Give the types of a union, without what is said of them."""
    for one in _with_words(kind):
        yield get_args(one)[0] if get_origin(one) is Annotated else one


def _with_words(kind: Any) -> Iterator[Any]:
    if get_origin(kind) in (Union, types.UnionType):
        for one in get_args(kind):
            yield from _with_words(one)
    else:
        yield kind


def _kinds(kind: Any, said: Sequence[Any]) -> Iterator[Any]:
    """Give the types of a union; ``name`` for text that must be the name of a thing."""
    for one in _with_words(kind):
        plain, words = (get_args(one)[0], get_args(one)[1:]) if get_origin(one) is Annotated else (one, said)
        is_name = plain is str and any(getattr(word, "pattern", None) or "pattern=" in repr(word) for word in words)
        yield "name" if is_name else plain


def _values(path: str, listed: str, keys: KeyPath) -> Iterator[Scalar]:
    steps = _STEPS.fullmatch(listed)
    if steps is not None:
        yield from _stepped(path, listed, *steps.groups())
        return
    for item in listed.split(","):
        if not item.strip():
            raise InputProblems([Problem(VARY, None, path, shown(listed), "values with a comma between each two")])
        yield _value(path, item.strip(), keys)


def _stepped(path: str, listed: str, *words: str) -> Iterator[Scalar]:
    try:
        first, last, step = (Decimal(word) for word in words)
        count = int((last - first) / step) if step > 0 and last >= first else -1
    except (InvalidOperation, OverflowError, ValueError):
        count = -1
    if count < 0:
        rule = "FIRST..LAST step STEP, three numbers that go up, such as 0..45 step 5"
        raise InputProblems([Problem(VARY, None, path, shown(listed), rule)])
    if count >= MOST_POINTS:
        raise too_many(f"{count + 1} values of {path}")
    for number in range(count + 1):
        yield float(first + number * step)


def _value(path: str, item: str, keys: KeyPath) -> Scalar:
    if item in _WORDS:
        return _WORDS[item]
    try:
        return float(item)
    except ValueError:
        unit = unit_of(keys)
    if unit is None:
        return item
    try:
        number = quantity(item, unit)
    except ValueError as error:
        raise InputProblems([Problem(VARY, None, path, shown(item), str(error))]) from None
    return item if number is None else number


def too_many(got: str) -> InputProblems:
    """Give the refusal of a grid that is too large to live and to read."""
    return InputProblems([Problem(VARY, None, "", got, f"at most {MOST_POINTS} points in all, the file's among them")])


def varied_twice(varied: Sequence[Varied]) -> list[Problem]:
    """Say which paths were varied more than once."""
    paths = [one.path for one in varied]
    twice = dict.fromkeys(path for path in paths if paths.count(path) > 1)
    return [Problem(VARY, None, path, "the path twice", "varied once, with all its values") for path in twice]
