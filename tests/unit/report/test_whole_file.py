"""A file appears whole or not at all."""

from pathlib import Path

import pytest

from sim.report.whole_file import write_whole


def test_the_text_replaces_what_stood_there(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("old")
    write_whole(file, "挽留\n")
    assert file.read_bytes() == "挽留\n".encode()
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stood_there_stays_where_writing_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    file = tmp_path / "page.md"
    file.write_text("old")

    def stopped(self: Path, other: Path) -> Path:
        raise fault

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(type(fault)):
        write_whole(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
