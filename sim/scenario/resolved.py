"""The whole of a file written out again: every default, and beside each number what it rests on.

The text loads to an equal model. A number with an origin is written as a parameter, so the origin survives. A
number that was changed after loading has lost it: it is assumed, and the reason names the file's number. Marks of
calibration are left out where a marked number was changed: it need no longer fit them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sim.scenario.problems import KeyPath, dotted
from sim.scenario.provenance import Provenance

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_TEXT = {"null", "true", "false"}
# JSON's text is YAML's, but for a few characters that YAML wants escaped.
_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def resolved_text(tree: Mapping[str, Any], provenance: Mapping[str, Provenance], title: str) -> str:
    """Write a plain tree as YAML.

    Parameters
    ----------
    tree : mapping
        Plain blocks, lists, numbers and text, every default in it.
    provenance : mapping of str to Provenance
        By dotted path.
    title : str
        The comment on the first line.

    Returns
    -------
    str
        The same bytes for the same input.
    """
    values = {dotted(path): value for path, value in _numbers(tree, ())}
    if any(origin.mark is not None and values.get(name) != origin.central for name, origin in provenance.items()):
        provenance = {name: replace(origin, mark=None) for name, origin in provenance.items()}
    return "\n".join([f"# {title}", *_block(tree, (), provenance)]) + "\n"


def _numbers(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if not isinstance(node, dict | list):
        yield path, node
        return
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield from _numbers(value, (*path, key))


def _block(block: Mapping[str, Any], path: KeyPath, provenance: Mapping[str, Provenance]) -> Iterator[str]:
    indent = "  " * len(path)
    for key, value in block.items():
        yield from _entry(f"{indent}{_key(key)}:", value, (*path, key), provenance)


def _entry(head: str, value: Any, path: KeyPath, provenance: Mapping[str, Provenance]) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _block(value, path, provenance)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        yield head
        indent = "  " * len(path)
        for index, item in enumerate(value):
            inner = (*path, index)
            yield f"{indent}-"
            yield from _block(item, inner, provenance)
    else:
        yield f"{head} {_leaf(value, path, provenance)}"


def _leaf(value: Any, path: KeyPath, provenance: Mapping[str, Provenance]) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(value)
    origin = provenance.get(dotted(path))
    if origin is None:
        return f"{_text(value)}  # default"
    if value == origin.central and not origin.founded and not origin.ranged and origin.mark is None:
        return _text(value)
    return _parameter(value, origin)


def _parameter(value: float, origin: Provenance) -> str:
    because = {"source": origin.source, "assumed": origin.assumed}
    reasons = {key: text for key, text in because.items() if text is not None}
    form: dict[str, Any]
    if value != origin.central:
        file_has = origin.distribution or _text(origin.central)
        form = {"value": value}
        reasons = {"assumed": "; ".join([f"changed for this run, the file has {file_has}", *reasons.values()])}
    elif origin.distribution is not None:
        form = {"distribution": origin.distribution.name, **dict(origin.distribution.parameters)}
    elif origin.ranged:
        form = {"central": value, "low": origin.low, "high": origin.high}
    else:
        form = {"value": value}
    mark = [] if origin.mark is None else [f"calibrate: {_mark(origin.mark.plain())}"]
    inside = [f"{key}: {_text(item)}" for key, item in form.items()] + mark
    inside += [f"{key}: {_text(item)}" for key, item in reasons.items()]
    return "{" + ", ".join(inside) + "}"


def _mark(plain: Any) -> str:
    if isinstance(plain, list):
        return "[" + ", ".join(_text(item) for item in plain) + "]"
    if isinstance(plain, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in plain.items()) + "}"
    return _text(plain)


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _NOT_TEXT else _text(key)


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    quoted = json.dumps(str(value), ensure_ascii=False)
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
