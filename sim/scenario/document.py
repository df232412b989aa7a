"""From the text of a YAML file to a plain tree, and the line of everything in it.

Only the plain part of YAML 1.2 is taken: mappings with text keys, lists, text, numbers, true, false, null.
What can make a small file large (anchors, aliases), run code (tags) or hide a mistake (a key written twice)
is refused. Dates stay text here; the schema knows where a date is due.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from sim.scenario.problems import InputProblems, KeyPath, Problem, dotted, shown

Scalar: TypeAlias = bool | int | float | str | None
Tree: TypeAlias = "Scalar | dict[str, Tree] | list[Tree] | Unreadable"


class Unreadable:
    """Stands in a tree where a problem was noted already, so that later checks pass over it."""


UNREADABLE = Unreadable()

MAX_BYTES = 512 * 1024
MAX_DEPTH = 16
_LONGEST_QUOTED = 60

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_WHOLE = re.compile(r"[-+]?[0-9]{1,40}")
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# Control characters and halves of surrogate pairs, which an escape in quotes can make.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class Places:
    """The line of every key and value of a file, and how problems name them.

    Parameters
    ----------
    file : str
        The file as the user named it.
    lines : dict
        Path to (line of the key, line of the value), counted from 1.
    """

    file: str
    lines: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def line(self, path: KeyPath, of_key: bool = False) -> int:
        """Give the line of a path, or of the nearest thing around it that the file has."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]][0 if of_key or length < len(path) else 1]
        return 1

    def problem(self, path: KeyPath, got: str, rule: str, hint: str | None = None, of_key: bool = False) -> Problem:
        """Make a problem at a path of this file."""
        return Problem(self.file, self.line(path, of_key), dotted(path), got, rule, hint)


@dataclass(frozen=True)
class Document:
    """A file that could be read: its plain tree, and what is wrong with it so far."""

    file: Path
    text: str
    sha256: str
    tree: dict[str, Tree]
    places: Places
    problems: tuple[Problem, ...]


def read_document(file: str | Path) -> Document:
    """Read a YAML file into a plain tree with the line of every path.

    Parameters
    ----------
    file : str or Path

    Returns
    -------
    Document
        Small faults (a key twice, an anchor) are listed in ``problems``; a later stage adds its own.

    Raises
    ------
    InputProblems
        If there is no tree to speak of: missing, empty, not UTF-8, not YAML, too large, not a mapping.
    """
    data = _read_bytes(Path(file))
    return parse_document(data, file)


def parse_document(data: bytes, file: str | Path) -> Document:
    """Do the work of `read_document` on bytes that were read already."""
    name = str(file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(name, line, f"a byte that is not UTF-8 (0x{data[error.start]:02x})", "text in UTF-8")
    if not text.strip():
        _refuse(name, None, "an empty file", "a YAML file")
    tree, places, problems = _Builder(name, text).build()
    return Document(Path(file), text, hashlib.sha256(data).hexdigest(), tree, places, tuple(problems))


def _refuse(name: str, line: int | None, got: str, rule: str) -> NoReturn:
    raise InputProblems([Problem(name, line, "", got, rule)])


def _read_bytes(file: Path) -> bytes:
    name = str(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(name, None, "no such file", "a YAML file")
    except IsADirectoryError:
        _refuse(name, None, "a folder", "a YAML file")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _refuse(name, None, f"a file that cannot be read ({reason})", "a YAML file")
    if len(data) > MAX_BYTES:
        _refuse(name, None, f"more than {MAX_BYTES} bytes", f"a YAML file of at most {MAX_BYTES} bytes")
    return data


class _Builder:
    """Builds the tree from ruamel's parse events, which still show anchors, aliases and tags."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.places = Places(name)
        self.problems: list[Problem] = []
        self.events: Iterator[Any] = iter(())

    def build(self) -> tuple[dict[str, Tree], Places, list[Problem]]:
        try:
            return self._document(), self.places, self.problems
        except MarkedYAMLError as error:
            mark, around = error.problem_mark or error.context_mark, error.context_mark
            line = mark.line + 1 if mark is not None else None
            reason = _one_line(error.problem or error.context)
            if around is not None and line is not None and around.line + 1 < line:
                reason += f" {_one_line(error.context)} from line {around.line + 1} on"
            self._stop(line, f"text that is not YAML ({reason})")
        except ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            self._stop(line, "a character that YAML does not allow")
        except InputProblems:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the parser trips over, the file is at fault
            self._stop(None, f"text that is not YAML ({_one_line(str(error)) or type(error).__name__})")

    def _stop(self, line: int | None, got: str, rule: str = "plain YAML") -> NoReturn:
        raise InputProblems([*self.problems, Problem(self.name, line, "", got, rule)])

    def _document(self) -> dict[str, Tree]:
        self.events = iter(YAML(typ="safe", pure=True).parse(self.text))
        next(self.events)  # stream start
        start = next(self.events)
        if isinstance(start, StreamEndEvent):
            self._stop(None, "an empty file", "a YAML file")
        if start.version or start.tags:
            self._stop(start.start_mark.line + 1, "a YAML directive", "plain YAML without directives")
        top = next(self.events)
        if not isinstance(top, MappingStartEvent):
            got = shown(self._node(top, ()))
            self._stop(top.start_mark.line + 1, got, "a mapping at the top of the file (key: value)")
        tree = self._node(top, ())
        assert isinstance(tree, dict)
        next(self.events)  # document end
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            self._stop(after.start_mark.line + 1, "a second document", "one YAML document a file")
        return tree

    def _note(self, path: KeyPath, got: str, rule: str, line: int) -> None:
        self.problems.append(Problem(self.name, line, dotted(path), got, rule))

    def _node(self, event: Any, path: KeyPath) -> Tree:
        line = event.start_mark.line + 1
        key_line = self.places.lines.get(path, (line, line))[0]
        if not isinstance(event, ScalarEvent):
            line = key_line  # a block below its key is sought at the key
        self.places.lines[path] = (key_line, line)
        if isinstance(event, AliasEvent):
            self._note(path, f"an alias (*{event.anchor})", "written out (aliases are refused)", line)
            return UNREADABLE
        if event.anchor is not None:
            self._note(path, f"an anchor (&{event.anchor})", "without an anchor", line)
        if event.tag is not None:
            self._note(
                path,
                f"a tag ({_one_line(str(event.tag)).replace('tag:yaml.org,2002:', '!!')})",
                "without a tag",
                line,
            )
        if len(path) > MAX_DEPTH:
            self._stop(line, "too many levels", f"at most {MAX_DEPTH} levels deep")
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path, line)
        if isinstance(event, SequenceStartEvent):
            return self._list(path)
        return self._mapping(path)

    def _list(self, path: KeyPath) -> list[Tree]:
        items: list[Tree] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, Tree]:
        block: dict[str, Tree] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._key(event, path)
            inside = (*path, key)
            if key in block:
                first = self.places.lines[inside][0]
                line = event.start_mark.line + 1
                self._note(inside, "a key written twice", f"written once (the first is on line {first})", line)
                # Below a second key the lines of the first would be overwritten; it is read and dropped.
                kept = dict(self.places.lines)
                self._node(next(self.events), inside)
                self.places.lines.clear()
                self.places.lines.update(kept)
                continue
            self.places.lines[inside] = (event.start_mark.line + 1, event.start_mark.line + 1)
            block[key] = self._node(next(self.events), inside)
        return block

    def _key(self, event: Any, path: KeyPath) -> str:
        line = event.start_mark.line + 1
        if not isinstance(event, ScalarEvent):
            got = f"an alias (*{event.anchor})" if isinstance(event, AliasEvent) else "a list or block as a key"
            self._stop(line, got, "a key in text")
        if _UNSHOWABLE.search(event.value):
            self._note((*path, event.value), "a control character", "a key that can be shown", line)
        if event.anchor is not None or event.tag is not None:
            self._note((*path, event.value), "an anchor or tag on a key", "a plain key", line)
        if event.style is None and event.value == "<<":
            self._note((*path, "<<"), "a merge key", "written out (merge keys are refused)", line)
        elif event.style is None and not isinstance(value := _resolved(event.value), str):
            self._note((*path, event.value), f"the key {shown(value)}", "a key in text (put it in quotes)", line)
        return str(event.value)

    def _scalar(self, event: Any, path: KeyPath, line: int) -> Tree:
        if _UNSHOWABLE.search(event.value):
            self._note(path, "a control character", "text that can be shown", line)
            return UNREADABLE
        if event.style is not None:
            return str(event.value)
        if event.value == "":
            self._note(path, "nothing", "a value (write null, or leave the key out, where there is none)", line)
            return UNREADABLE
        value = _resolved(event.value)
        if isinstance(value, float) and not math.isfinite(value):
            self._note(path, _one_line(event.value), "a finite number", line)
            return UNREADABLE
        return value


def _resolved(text: str) -> Scalar:
    """Give a plain scalar its type by YAML 1.2's core rules (without octal and hexadecimal numbers)."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return math.nan
    return text


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())[:_LONGEST_QUOTED]
