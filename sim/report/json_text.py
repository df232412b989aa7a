"""JSON as this project writes it: in the given order, without NaN, the same bytes for the same data."""

import json
from pathlib import Path
from typing import Any


def to_json(data: object) -> str:
    """Write plain data as JSON text.

    Raises
    ------
    ValueError
        If the data hold NaN or an infinity: what cannot be given is a refusal with its reason.
    """
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
