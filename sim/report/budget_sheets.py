"""A plan's tables for spreadsheets: CSV files and one workbook, with units in the headings.

Text that a spreadsheet would take for a formula is written so that it stays text: names and reasons come from a
scenario's file, and that may come from anybody.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from sim.report.budget_words import COUNTS, Plan, answer_sentence, findings, simulated, stated
from sim.report.values import is_refused

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    """A table: a name, a heading a column, and rows as long."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def sheets(plan: Plan) -> list[Sheet]:
    """Every table of a plan; amounts are in the scenario's currency."""
    periods = [_periods(plan)] if "periods" in plan else []
    return [_frontier(plan), *periods, _mix(plan), _responses(plan), _one_for_all(plan), _beats(plan)]


def _ends(item: object) -> tuple[object, object, object]:
    if isinstance(item, Mapping) and not is_refused(item):
        return item["value"], item["low"], item["high"]
    return None, None, None


def _frontier(plan: Plan) -> Sheet:
    unit, actions = plan["currency"], list(plan["question"]["actions"])
    header = [f"budget_{unit}", f"reserve_{unit}", f"promised_{unit}", f"optimism_{unit}"]
    for name in ("value", "spend"):
        header += [f"{name}_{unit}", f"{name}_run_low", f"{name}_run_high"]
        header += [f"{name}_assumption_low", f"{name}_assumption_high"]
    header += [f"next_{unit}_worth_{unit}", f"next_10000_worth_{unit}", *(f"customers_{name}" for name in actions)]
    rows = []
    for point in plan["frontier"]:
        row: list[object] = [point[key] for key in ("budget", "reserve", "promised", "optimism")]
        for name in ("value", "spend"):
            row += [*_ends(point[name]), *_ends(point[f"{name}_doubt"])[1:]]
        row += [point["next_yuan"], point["next_step"], *(point["customers"].get(name, 0) for name in actions)]
        rows.append(tuple(row))
    return Sheet("frontier", tuple(header), tuple(rows))


def _periods(plan: Plan) -> Sheet:
    unit, actions = plan["currency"], list(plan["question"]["actions"])
    header = ["period_from", "customers_there", f"budget_{unit}", f"cap_{unit}", f"reserve_{unit}"]
    for name in ("spend", "account"):
        header += [f"{name}_{unit}", f"{name}_run_low", f"{name}_run_high"]
    header += ["share_of_bases_over_cap", *(f"customers_{name}" for name in actions)]
    rows = []
    for row in plan["periods"]:
        cells: list[object] = [row[key] for key in ("period", "customers", "budget", "cap", "reserve")]
        cells += [*_ends(row["spend"]), *_ends(row["account"]), row["over_cap_share"]]
        rows.append((*cells, *(row["gets"].get(name, 0) for name in actions)))
    return Sheet("periods", tuple(header), tuple(rows))


def _mix(plan: Plan) -> Sheet:
    unit, by = plan["currency"], plan["question"]["by"]
    header = (*by, "action", "customers", "cell_size", f"value_{unit}_a_customer", f"spend_{unit}_a_customer")
    rows = tuple(
        (
            *(row["cell"][part] for part in by),
            row["action"],
            row["customers"],
            row["size"],
            row.get("value_a_customer"),
            row.get("spend_a_customer"),
        )
        for row in plan["mix"]
    )
    return Sheet("mix", header, rows)


def _responses(plan: Plan) -> Sheet:
    unit, by = plan["currency"], plan["question"]["by"]
    numbers = ("lived_value", "standard_error", "value", "spend")
    header = ("action", *by, "cell_size", *(f"{name}_{unit}_a_customer" for name in numbers), "contacts_a_customer")
    rows = tuple(
        (row["action"], *(row["cell"][part] for part in by), row["size"], *(row[n] for n in numbers), row["contacts"])
        for row in plan["responses"]
    )
    return Sheet("responses", header, rows)


def _one_for_all(plan: Plan) -> Sheet:
    unit = plan["currency"]
    header = ["action", "share_of_every_cell"]
    for name in ("value", "spend"):
        header += [f"{name}_{unit}", f"{name}_run_low", f"{name}_run_high"]
    rows = tuple(
        (row["action"], row["share"], *_ends(row["value"]), *_ends(row["spend"])) for row in plan["one_for_all"]
    )
    return Sheet("one_for_all", tuple(header), rows)


def _beats(plan: Plan) -> Sheet:
    rows = tuple((row["mix"], row["against"], row["share"], row["draws"]) for row in plan["beats"])
    return Sheet("comparisons", ("mix", "against", "share_of_draws_worth_more", "draws"), rows)


def _assumptions(plan: Plan) -> Sheet:
    keys = ("path", "value", "low", "high", "value_below_median", "value_above_median", "why")
    rows = tuple(tuple(row.get(key) for key in keys) for row in plan["assumptions"])
    unit = plan["currency"]
    header = (
        "assumption",
        "value",
        "low",
        "high",
        f"mix_worth_{unit}_lower_half",
        f"mix_worth_{unit}_upper_half",
        "why",
    )
    return Sheet("assumptions", header, rows)


def safe(value: object) -> object:
    """Text that begins as a formula does gets an apostrophe before it; what no sheet can hold is dropped."""
    if not isinstance(value, str):
        return value
    kept = CONTROL.sub("", value)
    return f"'{kept}" if kept.startswith(FORMULA) else kept


def csv_text(sheet: Sheet) -> str:
    """Write a table as CSV: numbers as Python writes them, nothing where there is nothing, one kind of line end."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe(name) for name in sheet.header])
    writer.writerows([[safe(value) for value in row] for row in sheet.rows])
    return out.getvalue()


def csv_files(plan: Plan) -> dict[str, str]:
    """Every table as CSV, by the file's name."""
    return {f"{sheet.name}.csv": csv_text(sheet) for sheet in [*sheets(plan), _assumptions(plan)]}


def write_workbook(path: Path, plan: Plan) -> None:
    """Write one workbook: assumptions and units first, then the answer and every table."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "assumptions"
    for line in _notes(plan):
        first.append([safe(line)])
    first.append([])
    _append(first, _assumptions(plan))
    answer = book.create_sheet("answer")
    for line in (answer_sentence(plan), *findings(plan), simulated(plan)):
        answer.append([safe(line)])
    for sheet in sheets(plan):
        _append(book.create_sheet(sheet.name), sheet)
    for sheet_of_book in book.worksheets:
        _keep_text(sheet_of_book)
    book.save(path)


def _notes(plan: Plan) -> Sequence[str]:
    unit, days = plan["currency"], f"{plan['horizon_days']:,}"
    return (
        f"{plan['title'] or plan['scenario']}: budget",
        stated(plan),
        f"Units: {unit} within {days} days, values with what follows where the scenario counts a residual; shares are",
        "fractions. Every value is a difference to doing nothing.",
        f"Spend counts {COUNTS[plan['question']['counts']]}.",
        "run_low, run_high: 95% of the simulation's own noise.",
        "assumption_low, assumption_high: 90% of the worlds drawn from the ranges below, all moved at once.",
    )


def _append(sheet: Any, table: Sheet) -> None:
    sheet.append([safe(name) for name in table.header])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for row in table.rows:
        sheet.append([safe(value) for value in row])
    for place, name in enumerate(table.header, start=1):
        longest = max([len(name), *(len(str(row[place - 1])) for row in table.rows if row[place - 1] is not None)])
        sheet.column_dimensions[get_column_letter(place)].width = min(longest + 2, WIDEST)


def _keep_text(sheet: Any) -> None:
    """Mark every text as text, whatever a spreadsheet would make of it."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
                if cell.value.startswith("'"):
                    cell.value = cell.value[1:]
                    cell.data_type = "s"
                    cell.quotePrefix = True
