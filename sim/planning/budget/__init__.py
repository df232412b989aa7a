"""A budget: how much, on whom, and what the next yuan buys (docs/budget.md)."""
