"""What is wrong with a file that a user wrote: one line each, all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""Where a value stands in a file: names of keys and positions in lists, from the top."""

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with its place and the rule that it breaks.

    Parameters
    ----------
    file : str
        The file as the user named it, or the option that the value came from.
    line : int or None
        Line in the file, counted from 1; None where a file as a whole is meant.
    key : str
        Dotted path of the value, empty where a file as a whole is meant.
    got : str
        What stands there, ready to print.
    rule : str
        What must stand there; completes the sentence "must be ...".
    hint : str or None
        A name that the user probably meant.
    """

    file: str
    line: int | None
    key: str
    got: str
    rule: str
    hint: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        hint = f" (did you mean '{self.hint}'?)" if self.hint else ""
        return _printable(f"{place}:{key} got {self.got}, must be {self.rule}{hint}")


class InputProblems(Exception):
    """Raised when a file cannot be used; carries every problem that was found.

    Parameters
    ----------
    problems : iterable of Problem
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def _printable(text: str) -> str:
    """Keep a message on its line, and a file's control characters away from the terminal."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def dotted(path: KeyPath) -> str:
    """Write a path the way users write it: ``base.tenure_mix.bands.0.share``."""
    return ".".join(str(part) for part in path)


def shown(value: object) -> str:
    """Write a value as a message shows it: short, on one line, in the words of YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a block"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."


def nearest(name: object, candidates: Iterable[str]) -> str | None:
    """Give the candidate that a misspelt name most probably means, or None."""
    close = near(name, candidates, 1)
    return close[0] if close else None


def near(name: object, candidates: Iterable[str], most: int) -> list[str]:
    """Give the candidates that a misspelt name may mean, the likeliest first."""
    return difflib.get_close_matches(str(name), list(candidates), n=most, cutoff=0.6)


def one_of(names: Iterable[str]) -> str:
    """Write a list of names as the rule of a choice; long lists are cut."""
    listed = list(names)
    if not listed:
        return "left out (there is none to name)"
    if len(listed) == 1:
        return listed[0]
    if len(listed) > 12:
        return "one of " + ", ".join(listed[:12]) + ", ..."
    return "one of " + ", ".join(listed)


class Impossible(ValueError):
    """What a file asks for is valid line by line, yet cannot be; found only when it is compiled or lived."""
