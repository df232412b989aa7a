"""Records asked for ahead of time.

A pass over a base reads records of which each takes a dozen lines of the processor's cache. The processor cannot guess
which record is next where sleepers are passed over, so a pass that knows says so some records before it needs them, and
how much of each.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

AHEAD = 12
"""How many records before its turn one is asked for: time enough to arrive, and not so early that it is gone again."""
_LINE = 64  # bytes that arrive together
_READ, _KEEP, _DATA = (ir.Constant(ir.IntType(32), n) for n in (0, 3, 1))  # llvm.prefetch: not to write; stay; no code


def _asking(before: str) -> Callable[..., Any]:
    """Make compiled code that asks for record `i` of an array, from its beginning up to the field `before`."""

    @intrinsic
    def ask(typingctx, array, i):
        def codegen(context, builder, signature, arguments):
            kind = signature.args[0]
            data = context.make_array(kind)(context, builder, value=arguments[0]).data
            pointer = ir.IntType(8).as_pointer()
            prefetch = builder.module.declare_intrinsic(
                "llvm.prefetch", (pointer,), ir.FunctionType(ir.VoidType(), [pointer, *[ir.IntType(32)] * 3])
            )
            at = builder.mul(arguments[1], ir.Constant(arguments[1].type, kind.dtype.size))
            first = builder.gep(builder.bitcast(data, pointer), [at])
            end = kind.dtype.offset(before)
            for offset in (*range(0, end, _LINE), end - 1):  # records need not begin where a line does
                line = builder.gep(first, [ir.Constant(ir.IntType(64), offset)])
                builder.call(prefetch, [line, _READ, _KEEP, _DATA])
            return context.get_dummy_value()

        return types.void(array, types.intp), codegen

    return ask


_ask_for_first = _asking("price_sensitivity")
ask_for_life = _asking("ledger")
_ask_for_accounts = _asking("lost_at")


@njit(forceinline=True)
def ask_ahead_for_score(customers, i):
    """On coming to record `i` of a pass over all of them, ask for what a score reads of the one whose turn is soon."""
    if i + AHEAD < customers.shape[0]:
        _ask_for_first(customers, i + AHEAD)


@njit(forceinline=True)
def ask_ahead_for_life(customers, i):
    """The same for what rates and moments read."""
    if i + AHEAD < customers.shape[0]:
        ask_for_life(customers, i + AHEAD)


@njit(forceinline=True)
def ask_ahead_for_accounts(customers, i):
    """The same for these and the books."""
    if i + AHEAD < customers.shape[0]:
        _ask_for_accounts(customers, i + AHEAD)
