"""Targeting: whom to treat, how far a policy is from knowing everybody's uplift, and what a trial is worth."""
