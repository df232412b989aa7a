"""Simulate a retention campaign, the trial that tests it, and the truth that the trial is graded against."""

__version__ = "0.1.0"
