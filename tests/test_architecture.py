"""Rooms import downward only, and some things live in one room only (docs/design.md).

The rules are read from the source with `ast`, so an import inside a function counts as well. Each rule is
also shown to catch a violation made for it: a test of architecture that cannot fail is worth nothing.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Which rooms a room may import besides itself.
MAY_IMPORT = {
    "scenario": set(),
    "evidence": set(),
    "study": {"scenario", "evidence"},
    "customer": {"scenario"},
    "world": {"scenario", "customer"},
    "experiment": {"scenario", "customer", "world", "evidence"},
    "planning": {"scenario", "customer", "world", "evidence", "experiment"},
    "report": {"scenario", "customer", "world", "evidence", "study", "experiment", "planning"},
    "cli": {"scenario", "customer", "world", "evidence", "study", "experiment", "planning", "report"},
}
# Packages that only one room may import.
ONLY_IN = {"simpy": "world", "ruamel": "scenario", "click": "cli"}
# What may write to the terminal: the command line, and the one file that renders tables for it.
PRINTS = ("sim/cli/", "sim/report/terminal.py")
LONGEST_FILE = 500


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported dotted name with its line; `from sim.x import y` gives `sim.x.y` as well as `sim.x`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            module = ("." * node.level) + (node.module or "")
            yield module, node.lineno
            for alias in node.names:
                yield f"{module}.{alias.name}", node.lineno


def prints(tree: ast.Module) -> Iterator[int]:
    """Lines that write to the terminal.

    A file that can be run as a program (`python -m`) may do so in its guard and in its `main`, which is a
    command line of its own.
    """

    def is_guard(node: ast.stmt) -> bool:
        return isinstance(node, ast.If) and "__main__" in ast.dump(node.test)

    program = any(is_guard(node) for node in tree.body)
    library = [
        node
        for node in tree.body
        if not is_guard(node) and not (program and isinstance(node, ast.FunctionDef) and node.name == "main")
    ]
    for node in (n for top in library for n in ast.walk(top)):
        match node:
            case ast.Call(func=ast.Name(id="print") | ast.Attribute(attr="print")):
                yield node.lineno
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
                yield node.lineno


def problems(path: Path, source: str) -> list[str]:
    """What the file at `path` (relative to the checkout) does that its room may not."""
    tree = ast.parse(source)
    room = path.parts[1] if len(path.parts) > 2 else None
    found = set()
    for name, line in imports(tree):
        where = f"{path}:{line}"
        if name.startswith(".."):
            found.add(f"{where}: a relative import that leaves its room")
        package, _, rest = name.partition(".")
        if package in ONLY_IN and room != ONLY_IN[package]:
            found.add(f"{where}: only sim/{ONLY_IN[package]} imports {package}")
        if package != "sim" or room is None:
            continue
        target = rest.partition(".")[0]
        if target in MAY_IMPORT and target != room and target not in MAY_IMPORT[room]:
            found.add(f"{where}: {room} must not import {target}")
    if room is not None and room not in MAY_IMPORT:
        found.add(f"{path}: sim/{room} is no room of docs/design.md")
    if not path.as_posix().startswith(PRINTS):
        found |= {f"{path}:{line}: only sim/cli prints" for line in prints(tree)}
    length = source.count("\n")
    if length > LONGEST_FILE:
        found.add(f"{path}: {length} lines, more than {LONGEST_FILE}")
    return sorted(found)


def test_every_file_keeps_to_its_room() -> None:
    files = sorted((ROOT / "sim").rglob("*.py"))
    assert files
    found = [p for file in files for p in problems(file.relative_to(ROOT), file.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("sim/world/x.py", "import sim.report.page", "world must not import report"),
        (
            "sim/world/x.py",
            "def f():\n    from sim.evidence import survival",
            "world must not import evidence",
        ),
        ("sim/evidence/x.py", "from sim import scenario", "evidence must not import scenario"),
        ("sim/customer/x.py", "from sim.world.desk import Desk", "customer must not import world"),
        ("sim/customer/x.py", "from ..world import desk", "leaves its room"),
        ("sim/scenario/x.py", "import simpy", "only sim/world imports simpy"),
        ("sim/cli/x.py", "from ruamel.yaml import YAML", "only sim/scenario imports ruamel"),
        ("sim/report/x.py", "print(1)", "only sim/cli prints"),
        ("sim/world/x.py", "def f(console):\n    console.print(1)", "only sim/cli prints"),
        ("sim/world/x.py", "import sys\nsys.stderr.write('x')", "only sim/cli prints"),
        ("sim/world/x.py", "def main():\n    print(1)", "only sim/cli prints"),
        ("sim/helpers/x.py", "", "no room"),
        ("sim/cli/x.py", "\n" * 501, "more than 500"),
    ],
)
def test_a_violation_is_caught(path: str, source: str, complaint: str) -> None:
    found = problems(Path(path), source)
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("sim/cli/x.py", "from sim.report import page\nprint(1)"),
        ("sim/world/x.py", "import simpy\nfrom sim.customer.laws import Laws\nfrom .tiers import tiers"),
        ("sim/report/terminal.py", "def f(console):\n    console.print(1)"),
        ("sim/planning/x.py", "def main():\n    print(1)\nif __name__ == '__main__':\n    main()"),
        ("sim/__init__.py", "from importlib.metadata import version"),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert problems(Path(path), source) == []


def test_the_rooms_have_no_circle() -> None:
    for room, below in MAY_IMPORT.items():
        assert all(room not in MAY_IMPORT[other] for other in below)


def test_help_loads_no_heavy_package() -> None:
    code = (
        "import sys\n"
        "from sim.cli.main import main\n"
        "sys.argv = ['sim', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'numpy', 'pandas', 'numba', 'scipy', 'statsmodels', 'matplotlib', 'pydantic', 'pyarrow'}\n"
        "found = sorted(heavy & set(sys.modules))\n"
        "sys.exit('loaded: ' + ', '.join(found) if found else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr
