"""A file that was found good: its model, and what each of its numbers rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from sim.scenario.document import Places
from sim.scenario.problems import InputProblems, KeyPath, Problem, dotted, nearest, shown
from sim.scenario.provenance import Provenance

ModelT = TypeVar("ModelT", bound=BaseModel)
Setting = float | int | str | bool | None


@dataclass(frozen=True)
class Loaded(Generic[ModelT]):
    """A scenario or an experiment, with the file behind it.

    Parameters
    ----------
    value : model
        Plain numbers; a range or distribution stands there as its centre.
    provenance : dict
        Dotted path of every number of the file to what it rests on.
    file : Path
        As the user named it.
    sha256 : str
        Of the file's bytes.
    source_text : str
        The file's text.
    places : Places
        Lines of keys and values, for messages about this file.
    """

    value: ModelT
    provenance: dict[str, Provenance]
    file: Path
    sha256: str
    source_text: str
    places: Places = field(repr=False)
    revalidate: Callable[[dict[str, Any], Places], ModelT] = field(repr=False)

    def with_value(self, path: str, value: Setting, place: str | None = None) -> Loaded[ModelT]:
        """Give a copy with one value changed, checked by all rules again; see `with_values`."""
        return self.with_values({path: value}, place)

    def with_values(self, values: Mapping[str, Setting], place: str | None = None) -> Loaded[ModelT]:
        """Give a copy with some values changed, checked by all rules again; provenance stays as the file has it.

        Parameters
        ----------
        values : mapping of str to number, text or bool
            Dotted path (``base.tenure_mix.bands.0.share``) to the new value. A key that the file leaves to its
            default can be set too; a block that the file leaves out cannot.
        place : str, optional
            Where the values come from (``--customers``), for messages; the file if not given.

        Raises
        ------
        InputProblems
            If a path does not exist (nearest names given) or the copy breaks a rule.
        """
        tree = self.tree()
        known = leaves(tree)
        problems = []
        for path, value in values.items():
            if path not in known:
                file = place or str(self.file)
                problems.append(Problem(file, None, path, "an unknown path", "a value of the file", nearest(path, known)))
            else:
                _set(tree, known[path], value)
        if problems:
            raise InputProblems(problems)
        places = self.places if place is None else _Elsewhere(place)
        return replace(self, value=self.revalidate(tree, places))

    def tree(self) -> dict[str, Any]:
        """Give the model as plain mappings and lists with every default written out."""
        return self.value.model_dump(mode="json", by_alias=True)


class _Elsewhere(Places):
    """Places of values that do not come from a file: all of them are the option that they came from."""

    def __init__(self, place: str) -> None:
        super().__init__(place)

    def problem(
        self, path: KeyPath, got: str, rule: str, hint: str | None = None, of_key: bool = False
    ) -> Problem:
        return Problem(self.file, None, dotted(path), got, rule, hint)


def leaves(tree: Any, path: KeyPath = ()) -> dict[str, KeyPath]:
    """Give the path of every value of a tree that is not a block or list, by its dotted name."""
    if isinstance(tree, dict):
        inner = ((key, value) for key, value in tree.items())
    elif isinstance(tree, list):
        inner = ((index, value) for index, value in enumerate(tree))  # type: ignore[assignment, misc]
    else:
        return {dotted(path): path}
    found: dict[str, KeyPath] = {}
    for key, value in inner:
        found.update(leaves(value, (*path, key)))
    return found


def _set(tree: Any, path: KeyPath, value: Setting) -> None:
    for part in path[:-1]:
        tree = tree[part]
    tree[path[-1]] = value
