"""What every test shares: a quiet plotting backend, and the time each folder of tests took."""

import os
import time
from collections import Counter
from pathlib import Path

import hypothesis
import pytest

from tests.family import Family, FamilyTable

os.environ.setdefault("MPLBACKEND", "Agg")  # before anything imports matplotlib

# The same examples in every run, as many as a quick suite can afford.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.load_profile("ci")

ROOT = Path(__file__).resolve().parents[1]


class FolderTimes:
    """Adds up what the tests of each folder took and prints it after the run.

    With several workers the folders' seconds add up to more than the wall time, which is printed too.
    """

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.seconds: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()
        self.slowest: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.split("::")[0]
        folder = str(Path(file).parent)
        self.seconds[folder] += report.duration
        self.slowest[file] += report.duration
        self.tests[folder] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.tests:
            return
        terminalreporter.section("time by test folder")
        for folder, seconds in self.seconds.most_common():
            terminalreporter.write_line(f"{seconds:8.1f} s  {self.tests[folder]:5d} tests  {folder}")
        terminalreporter.write_line(f"{time.perf_counter() - self.started:8.1f} s  wall time")
        file, seconds = self.slowest.most_common(1)[0]
        terminalreporter.write_line(f"{seconds:8.1f} s  slowest file: {file}")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # only where the reports of all workers arrive
        config.pluginmanager.register(FolderTimes(), "folder-times")
        config.pluginmanager.register(FamilyTable(), "family-table")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def family(request: pytest.FixtureRequest) -> Family:
    """The family-wise bound of this run: every check of a rate or a mean goes through it."""
    return Family(request.node.user_properties)
