"""Estimates and tests on plain arrays.

A leaf: imports no other room, knows no simulator, and so serves a real trial's data as well. Every
procedure has a batch form whose arrays have one entry a trial; a single trial is a batch of one. What each
promises, and how that was verified, stands in ``docs/evidence.md``.
"""
