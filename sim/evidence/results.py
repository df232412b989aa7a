"""What a procedure hands back: an effect with its interval, test and method, or a refusal with the reason.

No p-value stands alone, and what cannot be estimated is never a 0 with p = 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubt = Literal["run", "trial", "assumption"]
ONE_CUSTOMER = "an arm has 1 customer: what others of it would do is not known"
"""Why one customer shows no share: its interval is nearly as wide as there are shares."""
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A number, the bounds around it, and the kind of doubt they express.

    ``of`` is ``run`` (Monte Carlo noise), ``trial`` (one real trial of this size) or ``assumption``;
    ``level`` is the coverage claimed; ``standard_error`` and ``n`` (what the number averages over) are
    given where they mean something.
    """

    value: float
    low: float
    high: float
    of: Doubt
    level: float = 0.95
    standard_error: float | None = None
    n: int | None = None

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.value, self.low, self.high))):
            raise ValueError(f"interval must be finite, got {self.value} [{self.low}, {self.high}]: refuse it instead")

    def plain(self) -> dict[str, Any]:
        """The interval as JSON has it; what is not known is left out."""
        plain: dict[str, Any] = {"value": self.value, "low": self.low, "high": self.high, "of": self.of}
        plain["level"] = self.level
        if self.standard_error is not None:
            plain["standard_error"] = self.standard_error
        if self.n is not None:
            plain["n"] = self.n
        return plain


@dataclass(frozen=True, slots=True)
class Refused:
    """What cannot be given, and why, in words a reader of the report understands."""

    reason: str

    def plain(self) -> dict[str, str]:
        """The refusal as JSON has it."""
        return {"refused": self.reason}


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect with its interval, its test, and how both were made.

    ``estimand`` is a short name for code, ``label`` the same in words; ``effect`` is refused for a test
    that gives no size (log-rank); ``p_value`` is two-sided unless ``method`` says otherwise. ``p_adjusted``
    and ``family`` are set by `sim.evidence.multiplicity` and by procedures that adjust by themselves
    (Dunnett, looks). ``correction`` says what was corrected for, and whether the interval was too.
    """

    estimand: str
    label: str
    effect: Interval | Refused
    p_value: float
    method: str
    n: int
    p_adjusted: float | None = None
    family: str | None = None
    correction: str = "none"


@dataclass(frozen=True, eq=False)
class Estimates:
    """The same estimate in many trials at once; every array has shape (trials,).

    Where a trial is refused its numbers are NaN and ``refusal`` is the position + 1 in ``reasons`` (0: not
    refused). ``effect_refused`` is set for a test that gives no size; its ``value``, ``low`` and ``high``
    are all NaN. ``p_adjusted``, ``family`` and ``correction`` are as in `Estimate`.
    """

    estimand: str
    label: str
    method: str
    value: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    n: IntArray
    refusal: IntArray
    reasons: tuple[str, ...]
    of: Doubt = "trial"
    level: float = 0.95
    effect_refused: str | None = None
    standard_error: FloatArray | None = None
    p_adjusted: FloatArray | None = None
    family: str | None = None
    correction: str = "none"

    def __len__(self) -> int:
        return len(self.p_value)

    @property
    def refused(self) -> NDArray[np.bool_]:
        """Which trials could not be analysed, shape (trials,)."""
        return self.refusal > 0

    def one(self, trial: int = 0) -> Estimate | Refused:
        """The result of one trial, as a report shows it."""
        if self.refusal[trial]:
            return Refused(self.reasons[int(self.refusal[trial]) - 1])
        return Estimate(
            self.estimand,
            self.label,
            self._effect(trial),
            float(self.p_value[trial]),
            self.method,
            int(self.n[trial]),
            None if self.p_adjusted is None else float(self.p_adjusted[trial]),
            self.family,
            self.correction,
        )

    def _effect(self, trial: int) -> Interval | Refused:
        if self.effect_refused is not None:
            return Refused(self.effect_refused)
        error = None if self.standard_error is None else float(self.standard_error[trial])
        return Interval(
            float(self.value[trial]),
            float(self.low[trial]),
            float(self.high[trial]),
            self.of,
            self.level,
            error,
        )


def joined(blocks: Sequence[Estimates]) -> Estimates:
    """One batch from several of the same procedure, in the order given.

    Raises
    ------
    ValueError
        If there are none, or they are not of one procedure at one level.
    """
    if not blocks:
        raise ValueError("there are no estimates to join")
    first = blocks[0]
    kinds = {(b.estimand, b.method, b.level, b.of, b.reasons, b.family, b.correction) for b in blocks}
    if len(kinds) > 1:
        raise ValueError("only estimates of one procedure at one level can be joined")
    errors = [block.standard_error for block in blocks if block.standard_error is not None]
    adjusted = [block.p_adjusted for block in blocks if block.p_adjusted is not None]
    return replace(
        first,
        value=np.concatenate([block.value for block in blocks]),
        low=np.concatenate([block.low for block in blocks]),
        high=np.concatenate([block.high for block in blocks]),
        p_value=np.concatenate([block.p_value for block in blocks]),
        n=np.concatenate([block.n for block in blocks]),
        refusal=np.concatenate([block.refusal for block in blocks]),
        standard_error=np.concatenate(errors) if errors else None,
        p_adjusted=np.concatenate(adjusted) if adjusted else None,
    )


class Refusals:
    """Collects, while a batch is computed, which trials are refused and why. The first reason of a trial
    stands.
    """

    def __init__(self, trials: int) -> None:
        self.codes: IntArray = np.zeros(trials, dtype=np.int64)
        self.reasons: list[str] = []

    def add(self, where: ArrayLike, reason: str) -> None:
        """Refuse the trials of ``where`` (shape (trials,)) that are not refused yet."""
        self.reasons.append(reason)
        self.codes[np.asarray(where, dtype=np.bool_) & (self.codes == 0)] = len(self.reasons)

    def estimates(
        self,
        *,
        estimand: str,
        label: str,
        method: str,
        p_value: FloatArray,
        n: FloatArray | IntArray,
        interval: tuple[FloatArray, FloatArray, FloatArray] | str,
        of: Doubt = "trial",
        level: float = 0.95,
        standard_error: FloatArray | None = None,
        p_adjusted: FloatArray | None = None,
        family: str | None = None,
        correction: str = "none",
    ) -> Estimates:
        """The batch, with NaN where a trial is refused.

        ``interval`` is (value, low, high), or the reason why this kind of test has none.
        """
        blank = np.full(len(self.codes), np.nan)
        value, low, high = (blank, blank, blank) if isinstance(interval, str) else map(self._blanked, interval)
        return Estimates(
            estimand=estimand,
            label=label,
            method=method,
            value=value,
            low=low,
            high=high,
            p_value=self._blanked(p_value),
            n=np.asarray(n).astype(np.int64),
            refusal=self.codes,
            reasons=tuple(self.reasons),
            of=of,
            level=level,
            effect_refused=interval if isinstance(interval, str) else None,
            standard_error=None if standard_error is None else self._blanked(standard_error),
            p_adjusted=None if p_adjusted is None else self._blanked(p_adjusted),
            family=family,
            correction=correction,
        )

    def _blanked(self, array: FloatArray) -> FloatArray:
        return np.where(self.codes > 0, np.nan, array)
