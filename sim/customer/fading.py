"""How an effect fades: in steps on a lattice, so that rates stay piecewise constant (model.md section 5)."""

from numba import njit


@njit(forceinline=True)
def fade(steps, step, half_life, lasts):
    """What is left of an effect after `steps` steps of `step` days."""
    if steps * step >= lasts:
        return 0.0
    return 2.0 ** (-steps * step / half_life)
