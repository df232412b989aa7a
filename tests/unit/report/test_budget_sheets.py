"""Tables of a plan for spreadsheets: text stays text, whatever it begins with."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from sim.report.budget_sheets import Sheet, csv_text, safe, write_workbook

EVIL = '=HYPERLINK("http://x","y")'
PLAN = {
    "scenario": "small",
    "title": EVIL,
    "currency": "yuan",
    "customers": 10,
    "horizon_days": 365,
    "metric": "net_value_per_customer",
    "question": {
        "budget": 5.0,
        "stated": 5.0,
        "per_days": 365,
        "counts": "cash",
        "by": ["segment"],
        "actions": {"call": {}},
    },
    "answer": {
        "budget": 5.0,
        "nothing_because": "the budget is 0",
        "next_yuan": 0.0,
        "step_yuan": 10000.0,
        "next_step": {"value": 0.0, "low": 0.0, "high": 0.0, "of": "run"},
    },
    "mix": [{"cell": {"segment": "-2+3"}, "size": 10, "action": "nothing", "customers": 10}],
    "frontier": [],
    "responses": [],
    "beats": [],
    "one_for_all": [],
    "regret": {"refused": "no draws"},
    "risk": {"refused": "no draws"},
    "assumptions": [{"path": "a.b", "value": 1.0, "low": 0.5, "high": 2.0, "why": "@SUM(A1)"}],
    "lived": {
        "lives_to_choose": 1,
        "lives_to_doubt": 0,
        "lives_to_check": 1,
        "actions": 1,
        "replications": 1,
        "draws": 0,
        "actions_used": [],
        "customer_years": 1.0,
        "customer_years_to_check": 0.5,
        "periods": 1,
    },
}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_what_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_numbers_and_plain_text_stay() -> None:
    assert [safe(value) for value in (-1.5, 3, None, "a=b", "x\x00y")] == [-1.5, 3, None, "a=b", "xy"]


def test_csv_is_neutralised() -> None:
    assert csv_text(Sheet("x", ("a",), ((EVIL,), (-2.0,)))).splitlines()[1:] == [
        '"\'=HYPERLINK(""http://x"",""y"")"',
        "-2.0",
    ]


def test_a_workbook_holds_no_formula(tmp_path: Path) -> None:
    write_workbook(tmp_path / "plan.xlsx", PLAN)
    book = load_workbook(tmp_path / "plan.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {cell.value: cell for cell in cells if isinstance(cell.value, str)}
    assert texts["@SUM(A1)"].quotePrefix
    assert texts[f"{EVIL}: budget"].quotePrefix
    assert texts["-2+3"].data_type == "s"
