"""Hooks: what a life does only in a mobile world, and costs nothing elsewhere (decision record 4).

numba compiles a hook for the kind of customer that it meets: its body for a mobile one, `otherwise` for a plain one. So
the kernel of a plain world holds neither the mobile customer's fields nor the code that reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.extending import overload

Compiled = Callable[..., Any]


def is_mobile(c: Any) -> bool:
    """Whether a numba record type is that of a customer of a mobile world."""
    return "arrears_at" in c.fields


def hook(otherwise: Compiled, *, inline: bool = True) -> Callable[[Compiled], Compiled]:
    """Make a function of a mobile customer that compiled code may call with any customer as first argument.

    Parameters
    ----------
    otherwise : function of the same arguments
        What happens to a customer of a plain world.
    inline : bool
        Whether LLVM has to put the body where it is called; a long body is better called.
    """

    def of_mobile(body: Compiled) -> Compiled:
        # not strict: the choice is made by the first argument alone, so it need not repeat the others' names
        @overload(body, jit_options={"forceinline": True} if inline else {}, strict=False)  # type: ignore[untyped-decorator,unused-ignore]
        def _choose(c: Any, *others: Any) -> Compiled:
            return body if is_mobile(c) else otherwise

        return body

    return of_mobile
