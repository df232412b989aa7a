"""A real trial: its records, read from a file, and what they say. Knows no simulator."""
