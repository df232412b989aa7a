"""Text to tree and lines."""

import pytest

from sim.scenario.document import Document, parse_document
from sim.scenario.problems import InputProblems


def parsed(text: str) -> Document:
    return parse_document(text.encode(), "file.yaml")


def said(text: str) -> list[str]:
    try:
        return [str(problem) for problem in parsed(text).problems]
    except InputProblems as error:
        return [str(problem) for problem in error.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-12", -12),
        ("007", 7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e-05", 1e-05),
        ("true", True),
        ("null", None),
        ("~", None),
        ("yes", "yes"),
        ("no", "no"),
        ("none", "none"),
        ("2010-01-01", "2010-01-01"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("'1'", "1"),
        ('"a\\u0020b"', "a b"),
        ("流失", "流失"),
        ("[1, [a]]", [1, ["a"]]),
        ("{a: 1}", {"a": 1}),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_values_have_the_types_of_yaml_1_2(text: str, value: object) -> None:
    found = parsed(f"key: {text}").tree["key"]
    assert found == value
    assert type(found) is type(value)


def test_every_path_has_the_line_of_its_key_and_value() -> None:
    places = parsed("# comment\na: 1\nb:\n  c:\n    - {d: 1,\n       e: 2}\n    - f\ng:\n  long text\n").places
    lines = {".".join(map(str, path)): line for path, line in places.lines.items()}
    assert lines == {
        "": (2, 2),
        "a": (2, 2),
        "b": (3, 3),
        "b.c": (4, 4),
        "b.c.0": (5, 5),
        "b.c.0.d": (5, 5),
        "b.c.0.e": (6, 6),
        "b.c.1": (7, 7),
        "g": (8, 9),
    }


def test_the_line_of_what_is_missing_is_that_of_what_is_around_it() -> None:
    places = parsed("a:\n  b:\n    c: 1\n").places
    assert places.line(("a", "b", "x", "y")) == 2
    assert places.line(("z",)) == 1


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_document(b"\xef\xbb\xbfa: 1", "f").tree == {"a": 1}


def test_a_second_key_leaves_the_lines_of_the_first() -> None:
    document = parsed("a:\n  b: 1\na:\n  b: 2\n  c: 3\n")
    assert document.tree == {"a": {"b": 1}}
    assert document.places.line(("a", "b")) == 2
    assert [str(p) for p in document.problems] == [
        "file.yaml:3: a: got a key written twice, must be written once (the first is on line 1)"
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: &x 1", "an anchor (&x)"),
        ("a: *x", "an alias (*x)"),
        ("a: !!float 1", "a tag (!!float)"),
        ("a: !own {b: 1}", "a tag (!own)"),
        ("&x a: 1", "an anchor or tag on a key"),
        ("!t a: 1", "an anchor or tag on a key"),
        ("a: 1\n<<: {b: 1}", "a merge key"),
        ("1: a", "the key 1"),
        ("true: a", "the key true"),
        ("~: a", "the key nothing"),
        ("[a]: 1", "a list or block as a key"),
        ("a: .inf", ".inf"),
        ("a: -.INF", "-.INF"),
        ("a: .NaN", ".NaN"),
        ("a: 1e999", "1e999"),
        ("a:", "nothing"),
        ('a: "\\e[31m"', "a control character"),
        ('a: "\\ud800"', "a control character"),
        ('"a\\a": 1', "a control character"),
        ("%TAG ! x\n---\na: 1", "a YAML directive"),
        ("a: 1\n...\n---\nb: 1", "a second document"),
        ("a: 'open", "text that is not YAML"),
        ("a: {b", "text that is not YAML"),
    ],
)
def test_what_is_refused(text: str, word: str) -> None:
    assert any(f"got {word}" in line for line in said(text)), said(text)


def test_a_quoted_number_may_be_a_key() -> None:
    assert parsed("'1': a").tree == {"1": "a"}
