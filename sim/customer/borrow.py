"""Arrays that numba does not count references to.

numba raises and lowers an atomic counter for every array at every call, also where the call is inlined: with the
arrays of `Shared` handed down four calls that is more than half of a life's time. A kernel's caller keeps the
arrays alive, so inside the kernel it is enough to look at them (decision record 3).
"""

from llvmlite import ir
from numba import njit
from numba.extending import intrinsic

from sim.customer.laws import Shared


@intrinsic
def borrowed(typingctx, array):
    """The same array without an owner; valid as long as the original is."""

    def codegen(context, builder, signature, arguments):
        struct = context.make_array(signature.args[0])(context, builder, value=arguments[0])
        struct.meminfo = ir.Constant(struct.meminfo.type, None)
        struct.parent = ir.Constant(struct.parent.type, None)
        return struct._getvalue()

    return array(array), codegen


@njit
def borrowed_shared(shared):
    """`Shared` of borrowed arrays."""
    return Shared(
        borrowed(shared.start),
        borrowed(shared.time),
        borrowed(shared.level),
        borrowed(shared.cuts),
        borrowed(shared.tally),
        borrowed(shared.purse),
    )
