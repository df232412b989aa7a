"""The family of checks: a fixture to make them, and their table at the end of the run."""

from collections import Counter
from typing import Any

import pytest

from tests.operating.family import CHECKS, FAMILY_ERROR, POWER, Family


@pytest.fixture
def family(request: pytest.FixtureRequest) -> Family:
    return Family(request.node.user_properties)


def _made(reporter: Any) -> list[dict[str, Any]]:
    reports = [report for key in ("passed", "failed") for report in reporter.stats.get(key, [])]
    noted = [report.user_properties for report in reports if getattr(report, "when", None) == "call"]
    return [check for properties in noted for key, check in properties if key == "family_check"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    made = _made(terminalreporter)
    if not made:
        return
    twice = sorted(name for name, times in Counter(check["name"] for check in made).items() if times > 1)
    terminalreporter.section("rates and means: family-wise bound")
    terminalreporter.write_line(
        f"{len(made)} of {len(CHECKS)} declared checks made. By chance alone one or more fail in at most "
        f"{FAMILY_ERROR:.0%} of runs, each in at most {FAMILY_ERROR / len(CHECKS):.3%}; an error as large as "
        f"'detects' is found with chance {POWER:.0%}."
    )
    for check in sorted(made, key=lambda check: check["p_value"]):
        terminalreporter.write_line(
            f"{check['name']:<53}{check['observed']:8.4g} {check['claim']:<16}{check['trials']:>8,} trials "
            f" p {check['p_value']:<7.2g} detects {check['detectable']:.2g}"
        )
    for name in twice:
        terminalreporter.write_line(f"MADE TWICE, so the bound does not hold: {name}", red=True)
