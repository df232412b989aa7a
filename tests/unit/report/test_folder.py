"""A run's folder appears whole or not at all, and never over anything that is not a run of ours."""

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sim.report.failures import FolderRefused, RunFailed
from sim.report.folder import check_folder, default_folder, holds_run, written_whole

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def old_run(folder: Path) -> Path:
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"tool": "campaign-sim"}))
    (folder / "old.txt").write_text("old")
    return folder


def write_and_fail(target: Path, failure: BaseException) -> None:
    with written_whole(target) as folder:
        (folder / "a.txt").write_text("a")
        raise failure


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_default_folder_is_never_used_twice(tmp_path: Path) -> None:
    folder = default_folder(tmp_path, "h", "0a1b2c3d", NOW)
    assert folder == tmp_path / "h" / "20260102T030405Z-0a1b2c3d"
    folder.mkdir(parents=True)
    second = default_folder(tmp_path, "h", "0a1b2c3d", NOW)
    assert second.name == "20260102T030405Z-0a1b2c3d-2"


def test_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    with written_whole(target) as folder:
        (folder / "a.txt").write_text("a")
        assert not target.exists()
    assert names(target) == {"a.txt"}
    assert names(target.parent) == {"run"}


def test_empty_folder_may_be_used(tmp_path: Path) -> None:
    target = tmp_path / "run"
    target.mkdir()
    with written_whole(target) as folder:
        (folder / "a.txt").write_text("a")
    assert names(target) == {"a.txt"}


@pytest.mark.parametrize("failure", [ValueError("slip"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing(tmp_path: Path, failure: BaseException) -> None:
    with pytest.raises(type(failure)):
        write_and_fail(tmp_path / "run", failure)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    with pytest.raises(RunFailed, match="the disk is full") as raised:
        write_and_fail(tmp_path / "run", OSError(number, os.strerror(number)))
    assert "\n" not in str(raised.value)
    assert names(tmp_path) == set()


def test_another_failure_of_the_disk_is_said_too(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="could not be written"), written_whole(tmp_path / "run"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    assert names(tmp_path) == set()


def test_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    target = old_run(tmp_path / "run")
    with pytest.raises(FolderRefused, match="not empty"):
        check_folder(target, force=False)
    assert names(target) == {"manifest.json", "old.txt"}


def test_force_replaces_a_run_of_ours_as_a_whole(tmp_path: Path) -> None:
    target = old_run(tmp_path / "run")
    with written_whole(target, force=True) as folder:
        (folder / "new.txt").write_text("new")
        assert (target / "old.txt").exists()
    assert names(target) == {"new.txt"}
    assert names(tmp_path) == {"run"}


def test_force_that_fails_leaves_the_old_run(tmp_path: Path) -> None:
    target = old_run(tmp_path / "run")
    with pytest.raises(RunFailed), written_whole(target, force=True):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(target) == {"manifest.json", "old.txt"}
    assert names(tmp_path) == {"run"}


@pytest.mark.parametrize(
    ("fault", "raised"), [(OSError(errno.EIO, "broken"), RunFailed), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_force_puts_the_old_run_back_if_the_new_one_cannot_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, raised: type[BaseException]
) -> None:
    target = old_run(tmp_path / "run")
    rename = Path.rename

    def fail(self: Path, other: Path) -> Path:
        if "unfinished" in self.name:
            raise fault
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(raised), written_whole(target, force=True):
        pass
    assert names(target) == {"manifest.json", "old.txt"}
    assert names(tmp_path) == {"run"}


@pytest.mark.parametrize("manifest", [None, "{}", "[]", "not json", '{"tool": "other"}'])
def test_force_replaces_nothing_else(tmp_path: Path, manifest: str | None) -> None:
    target = tmp_path / "run"
    target.mkdir()
    (target / "precious.txt").write_text("precious")
    if manifest is not None:
        (target / "manifest.json").write_text(manifest)
    assert not holds_run(target)
    with pytest.raises(FolderRefused, match="no run of ours"):
        check_folder(target, force=True)
    assert (target / "precious.txt").exists()


@pytest.mark.parametrize("below", ["file", "file/run", "file/deep/run"])
def test_a_file_in_the_way_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FolderRefused, match="file is a file"):
        check_folder(tmp_path / below, force=True)


def test_a_name_that_no_disk_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="too long"):
        check_folder(tmp_path / ("a" * 300), force=False)


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with written_whole(tmp_path / "link") as folder:
        (folder / "a.txt").write_text("a")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == {"a.txt"}
