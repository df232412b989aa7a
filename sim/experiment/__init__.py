"""Arms, assignment, trials, roll-outs, and their grades against the truth."""
