"""What the firm has decided for a customer: its arm's word, or else its tier's (model.md sections 5 and 7)."""

from numba import njit


@njit(forceinline=True)
def told(c, of_tier, of_arm):
    """What the customer's arm says, or, where it has none or that says nothing, what the policy says of its tier.

    Parameters
    ----------
    c : customer_dtype
    of_tier : array, shape (tiers,)
        Of the firm's policy.
    of_arm : array, shape (arms,)
        Of the experiment; negative where an arm says nothing.
    """
    if c.arm >= 0 and of_arm[c.arm] >= 0:
        return of_arm[c.arm]
    return of_tier[c.tier]
