"""The report room: a run's folder, its tables, figures, page and terminal view; runs compared and listed.

Everything here is a function of a run's summary, tables and provenance; nothing is simulated, and nothing estimated but
the difference of two runs. ``docs/summary.md`` describes the summary key by key.
"""
