"""Worlds of doubt, facts reported against simulated, fitting, and the whole answer of a run."""
