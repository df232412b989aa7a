"""Records asked for ahead of time.

A pass over a base reads records of which each takes a dozen lines of the processor's cache. The processor cannot guess
which record is next where sleepers are passed over, so a pass that knows says so some records before it needs them.
"""

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

AHEAD = 6
"""How many records before its turn one is asked for: time enough to arrive, and not so early that it is gone again."""
_LINE = 64  # bytes that arrive together
_READ, _KEEP, _DATA = (ir.Constant(ir.IntType(32), n) for n in (0, 3, 1))  # llvm.prefetch: not to write; stay; no code


@intrinsic
def ask_for(typingctx, array, i):
    """Ask for record `i` of an array of records, whole; past the end nothing may be asked for."""

    def codegen(context, builder, signature, arguments):
        kind = signature.args[0]
        data = context.make_array(kind)(context, builder, value=arguments[0]).data
        pointer = ir.IntType(8).as_pointer()
        prefetch = builder.module.declare_intrinsic(
            "llvm.prefetch", (pointer,), ir.FunctionType(ir.VoidType(), [pointer, *[ir.IntType(32)] * 3])
        )
        size = kind.dtype.size
        at = builder.mul(arguments[1], ir.Constant(arguments[1].type, size))
        first = builder.gep(builder.bitcast(data, pointer), [at])
        for offset in range(0, size, _LINE):
            line = builder.gep(first, [ir.Constant(ir.IntType(64), offset)])
            builder.call(prefetch, [line, _READ, _KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen


@njit(forceinline=True)
def ask_ahead(customers, i):
    """On coming to record `i` of a pass over all of them, ask for the one whose turn is soon."""
    if i + AHEAD < customers.shape[0]:
        ask_for(customers, i + AHEAD)
