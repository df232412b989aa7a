"""A tolerant look at a plain tree: rules between places can be checked even where the schema failed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from sim.scenario.document import Places
from sim.scenario.problems import KeyPath, Problem, nearest, one_of, shown


class View:
    """A tree and the lines of its file; what is missing or of the wrong kind is simply not seen.

    Parameters
    ----------
    tree : dict
        Parameters are plain numbers already.
    places : Places
    """

    def __init__(self, tree: dict[str, Any], places: Places) -> None:
        self.tree = tree
        self.places = places

    def get(self, *path: str | int) -> Any:
        """Give what stands at a path, or None."""
        node: Any = self.tree
        for part in path:
            if isinstance(node, dict):
                node = node.get(str(part))
            elif isinstance(node, list | tuple) and isinstance(part, int) and part < len(node):
                node = node[part]
            else:
                return None
        return node

    def block(self, *path: str | int) -> dict[str, Any]:
        """Give the block at a path; empty where there is none."""
        node = self.get(*path)
        return node if isinstance(node, dict) else {}

    def entries(self, *path: str | int) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
        """Give the blocks inside a block or list, with their paths."""
        node = self.get(*path)
        if isinstance(node, dict):
            inner: Iterable[tuple[str | int, Any]] = node.items()
        elif isinstance(node, list | tuple):
            inner = enumerate(node)
        else:
            return
        for key, value in inner:
            if isinstance(value, dict):
                yield (*path, key), value

    def names(self, *path: str | int) -> Iterator[tuple[KeyPath, str]]:
        """Give the names in a list, or the one name at a path, with their paths."""
        node = self.get(*path)
        if isinstance(node, str):
            yield path, node
        elif isinstance(node, list | tuple):
            for index, name in enumerate(node):
                if isinstance(name, str):
                    yield (*path, index), name

    def number(self, *path: str | int) -> float | None:
        """Give the number at a path, or None."""
        value = self.get(*path)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def date(self, *path: str | int) -> datetime.date | None:
        """Give the date at a path, or None."""
        value = self.get(*path)
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return None

    def line(self, *path: str | int) -> int:
        """Give the line of a path."""
        return self.places.line(path, of_key=True)

    def where(self, *path: str | int) -> str:
        """Name another place inside a message."""
        return f"{'.'.join(str(part) for part in path)}, line {self.line(*path)}"

    def problem(self, path: KeyPath, got: str, rule: str, hint: str | None = None) -> Problem:
        """Make a problem at a path."""
        return self.places.problem(path, got, rule, hint)

    def unknown(self, path: KeyPath, name: str, known: Iterable[str], listed_at: KeyPath) -> Problem:
        """Make the problem of a name that nothing carries."""
        candidates = list(known)
        where = f" ({self.where(*listed_at)})" if candidates else f": the file has no {listed_at[0]}"
        return self.problem(path, shown(name), one_of(candidates) + where, nearest(name, candidates))
