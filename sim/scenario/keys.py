"""Every key that a file may have: what it takes, what holds where it is left out, what it means.

Read from the schema, so that a new mechanism is here as soon as it is there; only the words are written down, in
`keys.yaml` and in the docstrings of the schema's blocks.
"""

from __future__ import annotations

import datetime
import functools
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo
from pydantic_core import to_json

from sim.scenario.document import read_document
from sim.scenario.experiment_schema import SetValue
from sim.scenario.kinds import Block, DateOfEveryYear, Many, Name, Text, Whole
from sim.scenario.messages import schema_problems
from sim.scenario.problems import InputProblems
from sim.scenario.quantities import unit_of

OWN, WHICH, PLACE = "<name>", "<which>", "<n>"
"""In a path: a name of the user's own, one of the words that are listed, a place in a list counted from 0."""

_FILE = Path(__file__).with_name("keys.yaml")
_NAMED: tuple[tuple[Any, str], ...] = (
    (Name, "a name"),
    (Text, "text"),
    (DateOfEveryYear, "a date of every year such as 09-30"),
    (SetValue, "a number, text, `true`, `false`, `null`, or a list of them"),
)
_PLAIN: dict[Any, str] = {bool: "`true` or `false`", str: "text", datetime.date: "a date such as 2010-01-31"}


class Words(Block):
    """The words of `keys.yaml`.

    Parameters
    ----------
    laws : dict of str to dict of str to list of int
        Kind of file -> part of its page -> sections of docs/model.md.
    blocks : dict of str to dict of str to str
        Name of a block's class -> key -> what it means.
    """

    laws: dict[str, dict[str, Many[Whole]]]
    blocks: dict[Name, dict[Name, Text]]


class Key(NamedTuple):
    """A key of a file; its texts mark code with backticks.

    Parameters
    ----------
    path : tuple of str
        From the top of the file; `OWN`, `WHICH` and `PLACE` stand for what a user chooses.
    takes : str
        What may stand there, with its unit and bounds.
    required : bool
    default : str
        What holds where it is left out; empty where nothing does.
    meaning : str
        Empty where nobody wrote it down.
    """

    path: tuple[str, ...]
    takes: str
    required: bool
    default: str
    meaning: str


@functools.cache
def load_words() -> Words:
    """Read `keys.yaml`, once a process.

    Raises
    ------
    InputProblems
    """
    document = read_document(_FILE)
    try:
        return Words.model_validate(document.tree)
    except ValueError as error:
        raise InputProblems(schema_problems(error, Words, document.places)) from error  # type: ignore[arg-type]


def keys_of(model: type[Block], at: tuple[str, ...] = ()) -> Iterator[Key]:
    """Give every key of a block and of the blocks inside it, in the order of the schema.

    Parameters
    ----------
    model : type of Block
    at : tuple of str
        Where the block stands.
    """
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        path = (*at, field.alias or name)
        hint = hints[name]
        inside = list(_blocks(hint, path))
        yield Key(
            path=path,
            takes=_takes(hint, path, tuple(_bounds(field.metadata))),
            required=field.is_required(),
            default="" if field.is_required() else _default(field),
            meaning=_written(model, path[-1]) or "; ".join(_summary(block) for _, block in inside),
        )
        for where, block in inside:
            yield from keys_of(block, where)


def refused_keys(model: type[Block], at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the paths of keys that a block, or one inside it, refuses with a reason of its own, and the reasons."""
    for key, why in model.refused_keys.items():
        yield (*at, key), why
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        for where, block in _blocks(hints[name], (*at, field.alias or name)):
            yield from refused_keys(block, where)


# --- words ----------------------------------------------------------------------------------------


def _summary(block: type[Block]) -> str:
    """First paragraph of a block's docstring as part of a sentence."""
    words = " ".join((inspect.getdoc(block) or "").split("\n\n")[0].split()).rstrip(".")
    return words[:1].lower() + words[1:]


def _written(model: type[Block], key: str) -> str:
    blocks: Mapping[str, Mapping[str, str]] = MappingProxyType(load_words().blocks)
    return next((blocks[c.__name__][key] for c in model.__mro__ if key in blocks.get(c.__name__, {})), "")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Block):
        return "its defaults"
    if value is None or value == () or value == {} or value == "":
        return ""
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{to_json(value).decode()}`".replace('"', "").replace(",", ", ").replace(":", ": ")


# --- what a key takes -----------------------------------------------------------------------------


def _takes(hint: Any, path: tuple[str, ...], bounds: tuple[Any, ...] = ()) -> str:
    """Say what a type means to somebody who writes a file."""
    for kind, words in _NAMED:
        if hint is kind:
            return words
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _takes(inner[0], path, (*bounds, *_bounds(inner[1:])))
    if origin in (Union, UnionType):
        kinds = (_takes(kind, path, bounds) for kind in inner if kind is not NoneType)
        return " or ".join(dict.fromkeys(kinds))
    if origin is Literal:
        return _one_of(inner)
    if origin is tuple:
        return f"a list{_length(bounds)} of {_several(_takes(inner[0], path))}"
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _takes_named(inner, path, bounds)
    if hint in (int, float):
        return _number(hint, path, bounds)
    if isinstance(hint, type) and issubclass(hint, Block):
        return "a block"
    return _PLAIN[hint]


def _takes_named(inner: tuple[Any, ...], path: tuple[str, ...], bounds: tuple[Any, ...]) -> str:
    names, kind = inner
    of = _takes(kind, path)
    if get_origin(names) is Literal:
        return f"{of} for any of {', '.join(f'`{word}`' for word in get_args(names))}"
    under = "names of your own" if names is Name else "paths of a scenario"
    return f"{_several(of)}{_length(bounds)} under {under}"


def _several(words: str) -> str:
    """The plural of what one entry takes, where it has one."""
    for one, many in (("a block", "blocks"), ("a name", "names"), ("a list", "lists"), ("text", "texts")):
        if words.startswith(one):
            return many + words.removeprefix(one)
    return words


def _number(kind: Any, path: tuple[str, ...], bounds: tuple[Any, ...]) -> str:
    unit = unit_of(tuple(part for part in path if not part.startswith("<")))
    if unit is None or not unit.words:
        what = "a whole number" if kind is int else "a number" if unit is None else "a share"
    else:
        whole = "" if kind is float else "a whole number " if unit.words.startswith("per") else "whole "
        what = whole + unit.named.removeprefix("of ")
    return ", ".join([what, *_limits(bounds)])


def _limits(bounds: tuple[Any, ...]) -> Iterator[str]:
    least, most = _bound(bounds, "ge"), _bound(bounds, "le")
    if least is not None and most is not None:
        yield f"{_plain(least)} to {_plain(most)}"
        return
    for name, words in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below")):
        limit = _bound(bounds, name)
        if limit is not None:
            yield f"{words} {_plain(limit)}"


def _bound(bounds: tuple[Any, ...], name: str) -> Any:
    """Give the bound of a name, the first where a key has its own beside that of its kind; None where there is none."""
    return next((getattr(bound, name) for bound in bounds if getattr(bound, name, None) is not None), None)


def _plain(limit: Any) -> str:
    return f"{limit:,.14g}"


def _length(bounds: tuple[Any, ...]) -> str:
    least, most = _bound(bounds, "min_length") or 0, _bound(bounds, "max_length")
    if most is not None:
        return f" ({least} to {most})"
    return f" ({least} or more)" if least else ""


def _one_of(words: tuple[Any, ...]) -> str:
    *first, last = (f"`{word}`" for word in words)
    return f"{', '.join(first)} or {last}" if first else last


def _bounds(metadata: Any) -> Iterator[Any]:
    """The bounds in an annotation's metadata, some of which stand inside a `Field`."""
    for one in metadata:
        yield from _bounds(one.metadata) if isinstance(one, FieldInfo) else (one,)


def _blocks(hint: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[Block]]]:
    """Give the blocks that may stand at a path or inside the lists and names there, with their places."""
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Block):
        yield path, hint
    elif origin is Annotated:
        yield from _blocks(inner[0], path)
    elif origin in (Union, UnionType):
        for kind in inner:
            yield from _blocks(kind, path)
    elif origin is tuple:
        yield from _blocks(inner[0], (*path, PLACE))
    elif len(inner) == 2 and origin is not Literal:
        yield from _blocks(inner[1], (*path, WHICH if get_origin(inner[0]) is Literal else OWN))
