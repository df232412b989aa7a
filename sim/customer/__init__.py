"""One customer's life: draws, clocks, laws, and the base of customers as arrays. numba lives here."""

from sim.customer.kernel_cache import use_kernel_cache

use_kernel_cache()
