"""What if a number of the scenario stood at another value: the whole firm lived under each, and what is best."""
