"""Which parameters the targets identify: the rank of a Jacobian that carries the noise of a simulation.

A column of the Jacobian is what a parameter moves on its way from one bound to the other, in tolerances of the targets,
by the slope here. A parameter is silent if that is less than one tolerance, or no more than run noise. Of the others,
columns are brought to length 1, so that no unit matters, and their singular values are compared as Belsley, Kuh and
Welsch (1980, section 3.2) do: a ratio of more than 30 of the largest to the smallest says that some columns almost
cancel, and so does a smallest one within run noise. The direction in which they cancel names the parameters that
the targets do not tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LARGEST_CONDITION = 30.0
LEAST_MOVE = 1.0
"""Tolerances that a parameter must move some target by, between its bounds."""
NOISE = 2.0
"""Standard errors over replications below which nothing is told from 0."""
_PARTAKES = 0.2
"""Part of the largest share in a direction from which on a parameter belongs to it."""
_TIE = 1e-6


@dataclass(frozen=True, eq=False)
class Identified:
    """What the targets tell of the parameters, by their positions.

    Parameters
    ----------
    kept : tuple of int
        Identified, given that the others stay where they are.
    silent : tuple of int
        Move no target, or no more than its tolerance or noise.
    together : dict of int to tuple of int
        A parameter that must stay, and all those (itself too) that are identified only together.
    singular : float64 array
        Singular values of the columns of `kept` at length 1, the largest first.
    """

    kept: tuple[int, ...]
    silent: tuple[int, ...]
    together: dict[int, tuple[int, ...]]
    singular: np.ndarray

    @property
    def held(self) -> dict[int, tuple[int, ...]]:
        """Parameters that must stay where they are, with those of `together`; empty for the silent."""
        return dict.fromkeys(self.silent, ()) | self.together


def identify(jacobian: np.ndarray) -> Identified:
    """Find what the targets identify.

    Parameters
    ----------
    jacobian : float64 array, shape (replications, targets, parameters)
        Tolerances that a target is moved by when a parameter goes from one bound to the other; NaN where a
        replication could not count the target.
    """
    count = jacobian.shape[2]
    length = np.linalg.norm(_mean(jacobian), axis=0)
    noise = np.linalg.norm(_error(jacobian), axis=0)
    silent = [j for j in range(count) if length[j] <= max(LEAST_MOVE, NOISE * noise[j])]
    kept = [j for j in range(count) if j not in silent]
    together: dict[int, tuple[int, ...]] = {}
    singular = np.zeros(0)
    while kept:
        columns = jacobian[:, :, kept] / length[kept]
        _, found, directions = np.linalg.svd(_mean(columns), full_matrices=True)
        singular = np.append(found, np.zeros(len(kept) - len(found)))  # fewer targets than parameters
        weakest = directions[-1]
        drowned = NOISE * float(np.linalg.norm(_error(columns @ weakest[:, None])))
        if singular[-1] > max(singular[0] / LARGEST_CONDITION, drowned):
            break
        share = np.abs(weakest)
        # of those with the largest share the last in the file
        stays = max(range(len(kept)), key=lambda i: (share[i] > share.max() * (1 - _TIE), i))
        members = tuple(kept[i] for i in range(len(kept)) if share[i] >= _PARTAKES * share.max())
        together[kept.pop(stays)] = members
    return Identified(tuple(kept), tuple(silent), together, singular if kept else np.zeros(0))


def _mean(sample: np.ndarray) -> np.ndarray:
    """Mean over replications, of those that could count."""
    mean: np.ndarray = np.nanmean(sample, axis=0)
    return mean


def _error(sample: np.ndarray) -> np.ndarray:
    """Standard error of the mean over replications; 0 where one replication shows none."""
    counted = np.sum(~np.isnan(sample), axis=0)
    squares = np.nansum((sample - _mean(sample)) ** 2, axis=0)
    error: np.ndarray = np.sqrt(squares / np.maximum(counted * (counted - 1), 1))
    return error
