"""A tolerant look at a plain tree: rules between places can be checked even where the schema failed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from sim.scenario.document import UNREADABLE, Places, Unreadable
from sim.scenario.problems import KeyPath, Problem, nearest, one_of, shown


class View:
    """A tree and the lines of its file; what is missing or of the wrong kind is simply not seen.

    Parameters
    ----------
    tree : dict
        Parameters are plain numbers already.
    places : Places
    keys : iterable of str
        Keys that the top of the file may have. One that is misspelt has its own message; what it would hold
        counts as unreadable, not as absent.
    """

    def __init__(self, tree: dict[str, Any], places: Places, keys: Iterable[str]) -> None:
        self.tree = tree
        self.places = places
        known = list(keys)
        self._misspelt = {nearest(key, known) for key in tree if key not in known}

    def get(self, *path: str | int) -> Any:
        """Give what stands at a path, or None; `UNREADABLE` where a message about it was given already."""
        node: Any = self.tree
        if path and path[0] not in node and path[0] in self._misspelt:
            return UNREADABLE
        for part in path:
            if isinstance(node, dict):
                node = node.get(str(part))
            elif isinstance(node, list | tuple) and isinstance(part, int) and part < len(node):
                node = node[part]
            else:
                return UNREADABLE if isinstance(node, Unreadable) else None
        return node

    def block(self, *path: str | int) -> dict[str, Any]:
        """Give the block at a path; empty where there is none."""
        node = self.get(*path)
        return node if isinstance(node, dict) else {}

    def known(self, *path: str | int) -> dict[str, Any] | None:
        """Give the block whose names may be pointed to; empty if absent, None if it cannot be told."""
        node = self.get(*path)
        if node is None:
            return {}
        return node if isinstance(node, dict) else None

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
