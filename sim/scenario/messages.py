"""Pydantic's errors in the words and places of the user's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.scenario.document import UNREADABLE, Places
from sim.scenario.kinds import Block
from sim.scenario.problems import KeyPath, Problem, nearest, one_of, shown
from sim.scenario.quantities import unit_of
from sim.scenario.schema import memory_needed

_QUOTED = re.compile(r"'([^']*)'")
_KEY_MARK = "[key]"
_PLAIN_RULES = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_parsing_size": "a whole number of a usual size",
    "finite_number": "a finite number",
    "date_type": "a date such as 2010-01-31",
    "date_wanted": "a date such as 2010-01-31",
    "date_of_every_year_wanted": "a date of every year such as 09-30",
    "model_type": "a block of keys",
    "dict_type": "a block of named things",
    "tuple_type": "a list",
    "string_pattern_mismatch": "a name made of letters, digits, _ and - (at most 64)",
}
_LAGS = ("after_days", "delay_days", "from_days", "seen_after_days")
"""Keys of days that pass before what happens to one acts on another."""
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "greater_than": ("gt", "above"),
    "less_than": ("lt", "below"),
}


def schema_problems(error: ValidationError, model: type[BaseModel], places: Places) -> list[Problem]:
    """Translate the errors of a model's validation, each to a problem with its line.

    Parameters
    ----------
    error : ValidationError
    model : type of BaseModel
        The model that was validated.
    places : Places
    """
    # What could not be read has its message already.
    errors = [dict(one) for one in error.errors(include_url=False) if one["input"] is not UNREADABLE]
    errors = [one for one in errors if not _emptied(one)]
    found = [(str(one["type"]), _translated(one, model, places)) for one in errors]
    # A misspelt key is one mistake: the message about the key that it should have been is left out.
    meant = {_renamed(problem) for kind, problem in found if kind == "extra_forbidden" and problem.hint}
    return [problem for kind, problem in found if not (kind == "missing" and problem.key in meant)]


def _emptied(error: dict[str, Any]) -> bool:
    """Whether a list counts as too short only because its entries were wrong, which has been said of each."""
    return error["type"] == "too_short" and bool(len(error["input"]) >= error["ctx"]["min_length"])


def _renamed(problem: Problem) -> str:
    return ".".join([*problem.key.split(".")[:-1], str(problem.hint)])


def _translated(error: dict[str, Any], model: type[BaseModel], places: Places) -> Problem:
    kind, location, given = str(error["type"]), tuple(error["loc"]), error["input"]
    of_key = location[-1:] == (_KEY_MARK,)
    path: KeyPath = tuple(part for part in location if part != _KEY_MARK)
    context: dict[str, Any] = error.get("ctx") or {}
    if kind == "missing":
        return places.problem(path, "nothing", "given", of_key=True)
    if kind == "extra_forbidden":
        block = _block_at(model, path[:-1])
        if block is not None and path[-1] in block.refused_keys:
            return places.problem(path, shown(given), f"left out: {block.refused_keys[str(path[-1])]}")
        known = _keys(block)
        hint = nearest(path[-1], known)
        return places.problem(path, "an unknown key", one_of(known), hint, of_key=True)
    if kind == "too_short":
        return places.problem(path, _entries(len(given)), f"at least {_entries(context['min_length'])}")
    if kind == "literal_error":
        known = _QUOTED.findall(str(context.get("expected", "")))
        return places.problem(path, shown(given), one_of(known), nearest(given, known), of_key)
    return places.problem(path, shown(given), _rule(kind, path, given, context, str(error["msg"])), of_key=of_key)


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _rule(kind: str, path: KeyPath, given: Any, context: dict[str, Any], message: str) -> str:
    unit = unit_of(path)
    if kind == "less_than_equal" and path == ("customers",):
        gibibytes = memory_needed(int(given)) / 2**30
        return f"at most {context['le']} (so many would need {gibibytes:,.0f} GiB of memory)"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        if path and path[-1] in _LAGS:
            return f"{words} {shown(context[name])} (days: what one does reaches another later, never at once)"
        if unit is not None and unit.named.startswith("between") and context[name] in (0, 1):
            return unit.named if kind.endswith("equal") else f"{words} {shown(context[name])}"
        return f"{words} {shown(context[name])}"
    if kind == "float_type":
        return "a number" if unit is None else f"a number {unit.named}"
    if kind in ("string_too_long", "too_long"):
        return f"at most {context.get('max_length')} long"
    return _PLAIN_RULES.get(kind, message)


def _block_at(model: type[BaseModel], path: KeyPath) -> type[Block] | None:
    """Give the block that stands at a path."""
    blocks: list[Any] = [model]
    for part in path:
        blocks = [inner for block in blocks for inner in _inside(block, part)]
    return next((block for block in blocks if isinstance(block, type) and issubclass(block, Block)), None)


def _keys(block: type[Block] | None) -> list[str]:
    """Give the keys that a block may have, in the order of the schema."""
    return [] if block is None else [field.alias or name for name, field in block.model_fields.items()]


def _inside(kind: Any, part: str | int) -> Iterator[Any]:
    """Give the types that may stand one step further down."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (field.alias, name):
                yield from _alternatives(field.annotation)
        return
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        yield from _alternatives(arguments[1])
    elif get_origin(kind) is tuple:
        yield from _alternatives(arguments[0])


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Unwrap annotations and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (dict, tuple) or isinstance(annotation, type):
        yield annotation
    else:
        for argument in get_args(annotation):
            yield from _alternatives(argument)
