"""The report room: a run's folder, its tables, figures, page and terminal view.

Everything here is a function of a run's summary, tables and provenance; nothing is simulated or estimated.
``docs/summary.md`` describes the summary key by key.
"""
