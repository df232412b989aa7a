"""The best mix within a budget: a mixed-integer programme over the customers of each cell who get each action.

A multiple-choice knapsack with side limits (Kellerer, Pferschy, Pisinger 2004, chapter 11), solved by HiGHS
through scipy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from sim.planning.budget.limits import Limit, largest, linear_limits, not_offered, overlaps, scaled
from sim.planning.budget.purse import Purse
from sim.planning.budget.solver_output import silenced

if TYPE_CHECKING:
    from sim.planning.budget.cells import Division
    from sim.planning.budget.estimate import Estimates
    from sim.planning.budget.responses import Begun
    from sim.scenario.planning_schema import Limits

OPTIMAL, INFEASIBLE = 0, 2
GAP = 1e-6
"""Relative gap at which the search stops: a yuan of a million."""
BUDGET, OVERLAP = "budget", "no_overlap"
WHOLE = Purse()


class LimitsContradict(ValueError):
    """No mix keeps all limits; `names` are those that cannot hold together.

    Parameters
    ----------
    names : sequence of str
        Such that the rest could be kept if any one of them were dropped.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"these limits contradict each other: {', '.join(self.names)}")


@dataclass(frozen=True, eq=False)
class Mix:
    """Who gets what.

    Attributes
    ----------
    customers : float64 array, shape (actions, cells)
        Whole numbers unless it is a relaxation's.
    value, spend : float
        As promised by the estimates, yuan.
    accounts : float64 array, shape (periods,)
        What each account of the purse pays of it.
    """

    customers: np.ndarray
    value: float
    spend: float
    accounts: np.ndarray


class Programme:
    """The choice among all mixes that keep the limits.

    Parameters
    ----------
    estimates : Estimates
    limits : Limits
    division : Division
    actions : sequence of str
    purse : Purse
        What of a budget may be spent when; all of it at any time if left out.
    begun : mapping, optional
        In which periods actions may begin; in all if left out.
    """

    def __init__(
        self,
        estimates: Estimates,
        limits: Limits,
        division: Division,
        actions: Sequence[str],
        purse: Purse = WHOLE,
        begun: Begun | None = None,
    ) -> None:
        self.of, self.purse = estimates, purse
        self.shape = estimates.value.shape
        self.price = purse.accounts(np.maximum(estimates.spends, 0.0))
        """What a customer takes from each account: money that an action saves is not spent again."""
        self.limits = [scaled(limit) for limit in linear_limits(limits, division, estimates)]
        if begun is not None:
            self.limits += not_offered(begun, division, actions)
        self.groups = overlaps(limits, actions)
        self.either = sorted({number for group in self.groups for number in group})
        self.choices = len(self.either) * self.shape[1]

    def best(self, cap: float | np.ndarray, *, whole: bool = True) -> Mix:
        """The mix that is worth most while its spend is at most `cap`.

        Parameters
        ----------
        cap : float, or float64 array, shape (periods,)
            Yuan of the whole budget, infinite for no cap; or what each account may hold.
        whole : bool
            Whole customers; otherwise parts of one, too (choices between actions stay choices).

        Raises
        ------
        LimitsContradict
        """
        found = self._solve(-self.of.value.ravel(), [*self.limits, self._budget(cap)], whole=whole)
        if found is None:
            raise LimitsContradict(self._contradiction(cap))
        customers = np.rint(found) if whole else found
        return self.mix(customers)

    def mix(self, customers: np.ndarray) -> Mix:
        """A mix with what the estimates promise of it."""
        spends = (self.of.spends * customers).sum(axis=(1, 2))
        return Mix(
            customers, float((self.of.value * customers).sum()), float(spends.sum()), self.purse.accounts(spends)
        )

    def least_budget(self) -> float:
        """The least budget that keeps the limits, a hair above it so that it can be kept; 0 where nothing may be done.

        Raises
        ------
        LimitsContradict
        """
        if all((limit.low <= 0).all() and (limit.high >= 0).all() for limit in self.limits):
            return 0.0
        found = self._cheapest()
        if found is None:
            raise LimitsContradict(self._contradiction(np.inf))
        return self.purse.need((self.price * np.rint(found)).sum(axis=(1, 2))) * (1 + GAP)

    def _cheapest(self) -> np.ndarray | None:
        """Customers of the mix that keeps the limits with the least budget, which is one variable more."""
        rows, low, high = self._rows([*self.limits, self._budget(0.0)], self.groups)
        budget, periods = np.zeros((len(rows), 1)), len(self.price)
        first = self._place_of_budget()
        scale = np.array([largest(row) for row in self.price])
        budget[first : first + periods, 0] = -self.purse.parts / scale
        integrality = np.concatenate([np.ones(rows.shape[1]), [0.0]])
        found = self._minimum(
            np.concatenate([np.zeros(rows.shape[1]), [1.0]]),
            np.concatenate([rows, budget], axis=1),
            (low, high),
            np.concatenate([self._upper(), [np.inf]]),
            integrality,
        )
        return None if found is None else found[: self.of.value.size].reshape(self.shape)

    def relaxed(self, cap: float) -> tuple[float, float]:
        """Value of the relaxation, and of the next yuan (its dual price); concave in the cap.

        Raises
        ------
        LimitsContradict
        """
        rows, low, high = self._rows([*self.limits, self._budget(cap)], self.groups)
        above, below = np.isfinite(high), np.isfinite(low)
        found = linprog(
            self._cost(-self.of.value.ravel()),
            A_ub=np.concatenate([rows[above], -rows[below]]),
            b_ub=np.concatenate([high[above], -low[below]]),
            bounds=[(0.0, float(most)) for most in self._upper()],
            method="highs",
        )
        if found.status != OPTIMAL:
            raise LimitsContradict(self._contradiction(cap))
        price, rows_above = 0.0, np.flatnonzero(above).tolist()
        for account, part in enumerate(self.purse.parts) if np.isfinite(cap) else ():
            place = rows_above.index(self._place_of_budget() + account)
            price += part * max(0.0, -float(found.ineqlin.marginals[place])) / largest(self.price[account])
        customers: np.ndarray = np.asarray(found.x)[: self.of.value.size]
        return float(self.of.value.ravel() @ customers), price

    def _place_of_budget(self) -> int:
        """First row of the budget in `_rows` of all limits: behind the cells' sizes and the linear limits."""
        return int(self.shape[1]) + sum(len(limit.rows) for limit in self.limits)

    def _budget(self, cap: float | np.ndarray) -> Limit:
        caps = self.purse.caps(cap) if isinstance(cap, float | int) else cap
        return scaled(Limit(BUDGET, self.price, np.full(len(caps), -np.inf), caps))

    def _cost(self, of_customers: np.ndarray) -> np.ndarray:
        return np.concatenate([of_customers, np.zeros(self.choices)])

    def _upper(self) -> np.ndarray:
        sizes = np.broadcast_to(self.of.sizes, self.shape).ravel().astype(float)
        return np.concatenate([sizes, np.ones(self.choices)])

    def _solve(
        self, cost: np.ndarray, limits: Sequence[Limit], *, whole: bool, groups: list[list[int]] | None = None
    ) -> np.ndarray | None:
        """Customers of the cheapest mix that keeps some limits; None where there is none."""
        rows, low, high = self._rows(limits, self.groups if groups is None else groups)
        number = self.shape[0] * self.shape[1]
        integrality = np.concatenate([np.full(number, int(whole)), np.ones(self.choices, dtype=int)])
        found = self._minimum(self._cost(cost), rows, (low, high), self._upper(), integrality)
        return None if found is None else found[:number].reshape(self.shape)

    def _minimum(
        self,
        cost: np.ndarray,
        rows: np.ndarray,
        ends: tuple[np.ndarray, np.ndarray],
        most: np.ndarray,
        integrality: np.ndarray,
    ) -> np.ndarray | None:
        """What costs least between the ends of the rows; None where there is nothing."""
        with silenced():
            found = milp(
                cost,
                constraints=LinearConstraint(rows, *ends),
                bounds=Bounds(0.0, most),
                integrality=integrality,
                options={"mip_rel_gap": GAP},
            )
        if found.status == INFEASIBLE:
            return None
        if found.status != OPTIMAL:
            raise RuntimeError(f"the mixed-integer programme was not solved: {found.message}")
        return np.asarray(found.x)

    def _rows(self, limits: Sequence[Limit], groups: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All rows over customers and choices: sizes of cells, limits, one action of a group in a cell."""
        actions, cells = self.shape
        size = np.zeros((cells, actions, cells))
        size[np.arange(cells), :, np.arange(cells)] = 1.0
        of_customers = np.concatenate([size, *(limit.rows for limit in limits)]).reshape(-1, actions * cells)
        low = np.concatenate([np.full(cells, -np.inf), *(limit.low for limit in limits)])
        high = np.concatenate([self.of.sizes.astype(float), *(limit.high for limit in limits)])
        rows = np.concatenate([of_customers, np.zeros((len(of_customers), self.choices))], axis=1)
        if not groups:
            return rows, low, high
        chosen = self._choice_rows(groups)
        none, no_more = np.full(len(chosen), -np.inf), np.zeros(len(chosen))
        no_more[len(self.either) * cells :] = 1.0
        return np.concatenate([rows, chosen]), np.concatenate([low, none]), np.concatenate([high, no_more])

    def _choice_rows(self, groups: list[list[int]]) -> np.ndarray:
        """`x <= size x choice` for each action of a group, then `sum of a group's choices <= 1`, in each cell."""
        actions, cells = self.shape
        number = actions * cells
        rows = np.zeros((len(self.either) * cells + len(groups) * cells, number + self.choices))
        for place, action in enumerate(self.either):
            for cell in range(cells):
                row = place * cells + cell
                rows[row, action * cells + cell] = 1.0
                rows[row, number + row] = -float(self.of.sizes[cell])
        for place, group in enumerate(groups):
            for cell in range(cells):
                row = len(self.either) * cells + place * cells + cell
                rows[row, [number + self.either.index(action) * cells + cell for action in group]] = 1.0
        return rows

    def _contradiction(self, cap: float | np.ndarray) -> list[str]:
        """Names of limits that cannot hold together, none of which could be spared (deletion filter).

        Chinneck, Dravnieks 1991, 'Locating minimal infeasible constraint sets in linear programs'.
        """
        kept = [*self.limits, self._budget(cap)]
        nothing = np.zeros(self.shape[0] * self.shape[1])
        for limit in list(kept):
            others = [one for one in kept if one is not limit]
            if self._solve(nothing, others, whole=False) is None:
                kept = others
        names = [limit.name for limit in kept]
        if self.groups and self._solve(nothing, kept, whole=False, groups=[]) is not None:
            names.append(OVERLAP)
        return names
