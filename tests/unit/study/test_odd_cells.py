"""Cells of a trial replaced by anything: the analysis is made, or every problem is said with row, column and rule."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.report.json_text import to_json
from sim.scenario.problems import InputProblems
from tests.unit.study.trials import analysed, customers

ODD = st.sampled_from(["", " ", "nan", "inf", "-1", "1e308", "0", "1", "none", "gift", "x", "\n", ",", '"', "字"])
"""What may stand in a cell of somebody's export."""


quick = settings(
    deadline=None, derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def said_in_words(error: InputProblems) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.line is not None
        assert problem.key
        assert "\n" not in str(problem)


@quick
@given(cells=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 8), ODD), min_size=1, max_size=4))
def test_whatever_stands_in_a_cell_it_is_analysed_or_refused_in_words(tmp_path, cells):
    table = customers(40).astype(object)
    for row, column, value in cells:
        table.iloc[row, column] = value
    try:
        assert to_json(analysed(tmp_path, table))  # no number that JSON cannot hold
    except InputProblems as error:
        said_in_words(error)
