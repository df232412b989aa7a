"""What the pages name exists: linked pages and their headings, files, sections of the model, commands, targets of make.

Code names pages too, in docstrings and messages; that is read as well.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sim.cli.main import COMMANDS, commands

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(file for folder in ("sim", "benchmarks", "tests") for file in (ROOT / folder).rglob("*.py"))
FOLDERS = ("sim", "tests", "docs", "scenarios", "experiments", "benchmarks", "results")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
NAMES = {file.name for folder in FOLDERS for file in (ROOT / folder).rglob("*.*")}
WRITTEN_BY_RUNS = {"results/index.html"}

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
FILE = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./*-]*[\w/*]")
BARE_FILE = re.compile(r"(?<![\w/.<>-])\w+\.(?:py|R|j2)\b")
SECTION = re.compile(r"model\.md[,)]?,? \(?sections? (\d+)")
PAGE = re.compile(r"docs/[\w/]+\.md")
COMMAND = re.compile(r"\s*sim ((?:" + "|".join(COMMANDS) + r")\b.*)")
MAKE = re.compile(r"`make (\w+)`")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page are linked to."""
    heads = re.findall(r"^#+ (.*)$", FENCED.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def code(page: Path) -> Iterator[str]:
    """What stands in code on a page: fenced blocks, then what is between backticks elsewhere."""
    yield from FENCED.findall(text(page))
    yield from CODE.findall(FENCED.sub("", text(page)))


def dead_links(page: Path) -> Iterator[str]:
    for link in LINK.findall(FENCED.sub("", text(page))):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def missing_files(page: Path) -> Iterator[str]:
    """Files that a page names in code, by their way from the top or a source by its name alone, and not there."""
    for piece in code(page):
        for name in FILE.findall(piece):
            if name not in WRITTEN_BY_RUNS and not list(ROOT.glob(name)):
                yield name
        yield from (name for name in BARE_FILE.findall(piece) if name not in NAMES)


def command_lines(page: Path) -> Iterator[str]:
    """Commands on a page: a line of a fenced or indented block, or what is between backticks; without placeholders."""
    rest = FENCED.sub("", text(page))
    lines = [line for block in FENCED.findall(text(page)) for line in block.splitlines()]
    lines += [line for line in rest.splitlines() if line.startswith("    ")]
    lines += [" ".join(piece.split()) for piece in CODE.findall(rest)]
    for found in filter(None, map(COMMAND.match, lines)):
        yield " ".join(re.sub(r"[\[\]|]|\.\.\.", " ", found[1].partition(" #")[0]).split())


def wrong_commands(page: Path) -> Iterator[str]:
    """Commands that the program would not take: with an option it does not have, or one without its value."""
    for line in command_lines(page):
        name, *words = shlex.split(line)
        context = click.Context(commands)
        try:
            command = commands.get_command(context, name)
            assert command is not None
            command.make_parser(click.Context(command)).parse_args(words)
        except click.UsageError as error:
            yield f"sim {line}: {error.format_message()}"


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(dead_links(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_file_that_is_named_exists(page: Path) -> None:
    assert list(missing_files(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_command_is_one_that_the_program_takes(page: Path) -> None:
    assert list(wrong_commands(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_target_of_make_exists(page: Path) -> None:
    targets = re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE)
    assert [name for name in MAKE.findall(text(page)) if name not in targets] == []


def test_make_help_names_every_target() -> None:
    makefile = text(ROOT / "Makefile")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == set(re.findall(r"^([a-z]+):.*  ## ", makefile, re.MULTILINE))


def test_every_page_and_section_that_code_names_exists() -> None:
    sections = re.findall(r"^## (\d+)\. ", text(ROOT / "docs" / "model.md"), re.MULTILINE)
    found = []
    for source in SOURCES:
        words = " ".join(text(source).split())
        found += [f"{short(source)}: {page}" for page in PAGE.findall(words) if not (ROOT / page).exists()]
        found += [f"{short(source)}: section {n}" for n in SECTION.findall(words) if n not in sections]
    assert found == []


def test_every_module_of_the_design_page_stands_in_its_room() -> None:
    """The tree of docs/design.md: each file it names lies in the folder at the head of its line, or below it."""
    (tree,) = (block for block in FENCED.findall(text(ROOT / "docs" / "design.md")) if "sim/scenario/" in block)
    room, missing = ROOT, []
    for line in tree.splitlines():
        head = re.match(r"(sim/\w+)/", line)
        room = ROOT / head[1] if head else room
        missing += [name for name in re.findall(r"[\w.]+\.(?:py|yaml|j2)\b", line) if not list(room.rglob(name))]
    assert missing == []


def test_faults_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading\n[a](#a-heading) [b](gone.md) [c](#gone) `sim/gone.py` `gone.py`\n\n    sim run X --gone\n"
        "```\nsim check X   # fine\nsim whatif X --vary\n```\n"
    )
    assert list(dead_links(page)) == ["gone.md", "#gone"]
    assert list(missing_files(page)) == ["sim/gone.py", "gone.py"]
    faults = list(wrong_commands(page))
    assert len(faults) == 2
    assert "--gone" in "".join(faults)
    assert "--vary" in "".join(faults)
