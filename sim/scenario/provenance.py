"""Where numbers come from: parameters become plain numbers, and what they rest on is kept beside them.

In a file a number may stand bare, or as a parameter::

    share: {value: 0.27, source: H-04}
    half_dose_days: {central: 4, low: 1, high: 12, assumed: why}
    cost_yuan: {distribution: lognormal, median: 4, sigma: 0.5, assumed: why}

``source:`` or ``assumed:`` on a block covers the bare numbers inside it. So five words cannot be names of
things (segments, arms, ...): source, assumed, value, central, distribution. Beside ``value`` or ``central``
may stand ``calibrate:`` (`sim.scenario.marks`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeGuard

from sim.scenario.distributions import PARAMETERS, Distribution, fault
from sim.scenario.document import UNREADABLE, Document, Tree, Unreadable
from sim.scenario.marks import FORMS, REST, SAME_AS, Free, Mark, Rest, SameAs
from sim.scenario.problems import KeyPath, Problem, dotted, nearest, one_of, shown
from sim.scenario.quantities import quantity, unit_of

_FORMS = ("value", "central", "distribution")
_ORIGIN = ("source", "assumed")
_MARK = "calibrate"
_FACT_ID = re.compile(r"(?<![\w-])[A-Z]-[0-9]{2}(?![\w-])")
# What a distribution says about its place on the line may carry the unit of the key; its shape may not.
_WITH_UNIT = frozenset({"value", "central", "low", "high", "mode", "mean", "sd", "median"})


@dataclass(frozen=True)
class Provenance:
    """What one number rests on.

    Parameters
    ----------
    source : str or None
        A fact of the register or a citation.
    assumed : str or None
        Why a value is assumed.
    low, high : float or None
        Range of the assumption: as written, or the 5% and 95% points of the distribution.
    central : float
        The number that the file gives, or the centre (median) of its distribution.
    distribution : Distribution or None
    line : int
        Line in the file.
    mark : Mark or None
        How `sim calibrate` may move it; None where it stays.
    """

    source: str | None
    assumed: str | None
    low: float | None
    central: float
    high: float | None
    distribution: Distribution | None
    line: int
    mark: Mark | None = None

    @property
    def founded(self) -> bool:
        """True where the number has a source or an assumption behind it."""
        return self.source is not None or self.assumed is not None

    @property
    def ranged(self) -> bool:
        """True where the assumption is a range or a distribution."""
        return self.low is not None and self.high is not None

    @property
    def calibrate(self) -> tuple[float, float] | None:
        """Bounds between which calibration may move it freely, or None."""
        return (self.mark.low, self.mark.high) if isinstance(self.mark, Free) else None


@dataclass(frozen=True)
class Collapsed:
    """A tree of plain numbers, and what each of them rests on, by dotted path."""

    tree: dict[str, Tree]
    provenance: dict[str, Provenance]
    problems: tuple[Problem, ...]


def collapse(document: Document, fact_ids: Collection[str]) -> Collapsed:
    """Replace the parameters of a document by their numbers.

    Parameters
    ----------
    document : Document
    fact_ids : collection of str
        IDs of the register of facts, which a ``source:`` may name.
    """
    collapser = _Collapser(document, fact_ids)
    tree = collapser.block(document.tree, (), _Origin(None, None))
    return Collapsed(tree, collapser.provenance, tuple(collapser.problems))


@dataclass(frozen=True)
class _Origin:
    source: str | None
    assumed: str | None


class _Collapser:
    def __init__(self, document: Document, fact_ids: Collection[str]) -> None:
        self.places = document.places
        self.fact_ids = fact_ids
        self.provenance: dict[str, Provenance] = {}
        self.problems: list[Problem] = []

    def block(self, node: dict[str, Tree], path: KeyPath, around: _Origin) -> dict[str, Tree]:
        origin = self._origin(node, path) or around
        return {key: self._walk(node[key], (*path, key), origin) for key in node if key not in _ORIGIN}

    def _walk(self, node: Tree, path: KeyPath, origin: _Origin) -> Tree:
        if isinstance(node, dict):
            if any(form in node for form in _FORMS):
                return self._parameter(node, path, origin)
            return self.block(node, path, origin)
        if isinstance(node, list):
            return [self._walk(item, (*path, index), origin) for index, item in enumerate(node)]
        value = self._scalar(node, path, path)
        if _is_number(value):
            self._record(path, origin, value)
        return value

    def _scalar(self, node: Tree, path: KeyPath, unit_path: KeyPath) -> Tree:
        """Turn text such as "7 days" into a number where the key has a unit; leave all else as it is."""
        unit = unit_of(unit_path)
        if not isinstance(node, str) or unit is None:
            return node
        try:
            number = quantity(node, unit)
        except ValueError as error:
            self._note(path, shown(node), str(error))
            return UNREADABLE
        return node if number is None else number

    def _record(
        self,
        path: KeyPath,
        origin: _Origin,
        central: float,
        low: float | None = None,
        high: float | None = None,
        distribution: Distribution | None = None,
        mark: Mark | None = None,
    ) -> None:
        line = self.places.line(path)
        self.provenance[dotted(path)] = Provenance(
            origin.source, origin.assumed, low, central, high, distribution, line, mark
        )

    def _note(self, path: KeyPath, got: str, rule: str, hint: str | None = None, of_key: bool = False) -> None:
        self.problems.append(self.places.problem(path, got, rule, hint, of_key))

    def _origin(self, node: dict[str, Tree], path: KeyPath) -> _Origin | None:
        """Read ``source:`` and ``assumed:`` of a block; None where it has neither."""
        if not any(key in node for key in _ORIGIN):
            return None
        found: dict[str, str | None] = {"source": None, "assumed": None}
        rules = {"source": "a fact's ID or a citation", "assumed": "the reason of the assumption, in words"}
        for key in _ORIGIN:
            text = node.get(key, UNREADABLE)
            if isinstance(text, Unreadable):
                continue
            if not isinstance(text, str) or not text.strip():
                self._note((*path, key), shown(text), rules[key])
                continue
            found[key] = text
            self._check_ids(text, (*path, key))
        return _Origin(found["source"], found["assumed"])

    def _check_ids(self, text: str, path: KeyPath) -> None:
        for fact_id in _FACT_ID.findall(text):
            if fact_id not in self.fact_ids:
                same_letter = [known for known in self.fact_ids if known[0] == fact_id[0]]
                hint = nearest(fact_id, same_letter or self.fact_ids)
                self._note(path, fact_id, "the ID of a fact in the register (docs/facts.md)", hint)

    def _parameter(self, node: dict[str, Tree], path: KeyPath, around: _Origin) -> Tree:
        origin = self._origin(node, path) or around
        forms = [form for form in _FORMS if form in node]
        if len(forms) > 1:
            self._note((*path, forms[1]), f"{forms[0]} and {forms[1]} together", "only one of them", of_key=True)
            return UNREADABLE
        if forms[0] == "distribution":
            return self._distribution(node, path, origin)
        allowed = (forms[0],) if forms[0] == "value" else ("central", "low", "high")
        if not self._only(node, path, (*allowed, _MARK)):
            return UNREADABLE
        value = self._scalar(node[forms[0]], (*path, forms[0]), path)
        if forms[0] == "value":
            if isinstance(value, dict | list):
                self._note((*path, "value"), shown(value), "a number ('value' is no name for a thing)")
                return UNREADABLE
            if _is_number(value):
                self._record(path, origin, value, mark=self._mark(node, path))
            elif _MARK in node and not isinstance(value, Unreadable):
                self._note((*path, _MARK), shown(node[_MARK]), "left out: the value is no number")
            return value
        numbers = self._numbers(node, path, allowed)
        if numbers is None:
            return UNREADABLE
        central, low, high = (numbers[key] for key in allowed)
        if not low <= high:
            self._note((*path, "high"), shown(high), f"at least low ({low:g})")
            return UNREADABLE
        if not low <= central <= high:
            rule = f"between low ({low:g}) and high ({high:g})"
            self._note((*path, "central"), shown(central), rule)
            return UNREADABLE
        self._record(path, origin, central, low, high, mark=self._mark(node, path))
        return central

    def _mark(self, node: dict[str, Tree], path: KeyPath) -> Mark | None:
        """Read ``calibrate:``; whether it fits its value and other parameters is for `mark_rules`."""
        if _MARK not in node:
            return None
        written, at = node[_MARK], (*path, _MARK)
        if isinstance(written, Unreadable):
            return None
        if written == REST:
            return Rest()
        if isinstance(written, dict) and list(written) == [SAME_AS]:
            other = written[SAME_AS]
            if isinstance(other, str):
                return SameAs(other)
            self._note((*at, SAME_AS), shown(other), "the path of a parameter, such as segments.NAME.risk_factor")
            return None
        if isinstance(written, list) and len(written) == 2:
            low, high = (self._scalar(bound, (*at, place), path) for place, bound in enumerate(written))
            if _is_number(low) and _is_number(high):
                return Free(low, high)
            if isinstance(low, Unreadable) or isinstance(high, Unreadable):
                return None
        self._note(at, shown(written), FORMS)
        return None

    def _distribution(self, node: dict[str, Tree], path: KeyPath, origin: _Origin) -> Tree:
        name = node["distribution"]
        if isinstance(name, Unreadable):
            return UNREADABLE
        if not isinstance(name, str) or name not in PARAMETERS:
            hint = nearest(name, PARAMETERS)
            self._note((*path, "distribution"), shown(name), one_of(PARAMETERS), hint)
            return UNREADABLE
        wanted = PARAMETERS[name]
        if not self._only(node, path, ("distribution", *wanted)):
            return UNREADABLE
        numbers = self._numbers(node, path, wanted)
        if numbers is None:
            return UNREADABLE
        wrong = fault(name, numbers)
        if wrong is not None:
            key, rule = wrong
            self._note((*path, key), shown(numbers[key]), rule)
            return UNREADABLE
        distribution = Distribution(name, tuple((key, numbers[key]) for key in wanted))
        centre = distribution.median()
        low, high = distribution.quantile(0.05), distribution.quantile(0.95)
        self._record(path, origin, centre, low, high, distribution)
        return centre

    def _only(self, node: dict[str, Tree], path: KeyPath, allowed: tuple[str, ...]) -> bool:
        unknown = [key for key in node if key not in allowed and key not in _ORIGIN]
        for key in unknown:
            known = [*allowed, *_ORIGIN]
            rule = f"a key of this parameter ({', '.join(known)})"
            self._note((*path, key), "an unknown key", rule, nearest(key, known), of_key=True)
        return not unknown

    def _numbers(self, node: dict[str, Tree], path: KeyPath, keys: tuple[str, ...]) -> dict[str, float] | None:
        """Read numbers that a parameter needs; None (and problems) where one is missing or is no number."""
        numbers: dict[str, float] = {}
        for key in keys:
            inside = (*path, key)
            if key not in node:
                self._note(inside, "nothing", f"given beside {keys[0]}", of_key=True)
                continue
            value = self._scalar(node[key], inside, path) if key in _WITH_UNIT else node[key]
            if _is_number(value):
                numbers[key] = value
            elif not isinstance(value, Unreadable):
                self._note(inside, shown(value), "a number")
        return numbers if len(numbers) == len(keys) else None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
