"""Hooks: what a life does only in some worlds, and costs nothing elsewhere (decision record 4).

numba compiles a hook for the kind of customer that it meets: its body for one that has what the hook needs, `otherwise`
for all others. So the kernel of a plain world holds neither the mobile customer's fields nor the code that reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.extending import overload

Compiled = Callable[..., Any]


MOBILE, BOUND, CONTESTED, HELD = "arrears_at", "contracts", "circle", "held"
"""A field by which a customer of a mobile world is known, one of a world with bonds, one of a contested world, and one
of a world in which anything ties or drives off, which is either of the last two."""


def hook(otherwise: Compiled, *, needs: str = MOBILE, inline: bool = True) -> Callable[[Compiled], Compiled]:
    """Make a function of one kind of customer that compiled code may call with any customer as first argument.

    Parameters
    ----------
    otherwise : function of the same arguments
        What happens to a customer of any other kind.
    needs : str
        The field that makes the kind.
    inline : bool
        Whether LLVM has to put the body where it is called; a long body is better called.
    """

    def of_kind(body: Compiled) -> Compiled:
        # not strict: the choice is made by the first argument alone, so it need not repeat the others' names
        @overload(body, jit_options={"forceinline": True} if inline else {}, strict=False)  # type: ignore[untyped-decorator,unused-ignore]
        def _choose(c: Any, *others: Any) -> Compiled:
            return body if needs in c.fields else otherwise

        return body

    return of_kind
