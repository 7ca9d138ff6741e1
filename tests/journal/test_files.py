"""Files are found where they were opened, or found missing, without a trace."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fillgate.journal.files import OpenFiles, file_ids


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    folder = tmp_path / "a folder"
    folder.mkdir()
    made = [folder / "journal.db", folder / "journal.db-wal"]
    for path in made:
        path.write_text("kept")
    return list(map(str, made))


def test_files_that_are_left_alone_are_in_place(paths: list[str]) -> None:
    files = OpenFiles(paths)
    assert files.are_in_place
    Path(paths[1]).write_text("more")
    Path(paths[0]).chmod(0o600)
    os.link(paths[0], paths[0] + " again")
    assert files.are_in_place
    assert files.ids == file_ids(paths)
    files.close()


def deleted(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def covered(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("kept")
    other.replace(path)


def made_anew(path: Path) -> None:
    path.unlink()
    path.write_text("kept")


def moved_with_its_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("another folder"))


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("gone", [deleted, moved, covered, made_anew, moved_with_its_folder])
def test_a_file_that_is_gone_is_found_out(
    paths: list[str], gone: Callable[[Path], None], which: int
) -> None:
    files = OpenFiles(paths)
    gone(Path(paths[which]))
    assert not files.are_in_place
    files.close()


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_files_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    before = open_descriptors()
    (tmp_path / "one").touch()
    with pytest.raises(FileNotFoundError):
        OpenFiles([str(tmp_path / "one"), str(tmp_path / "two")])
    assert open_descriptors() == before


def test_closing_lets_go_of_the_files(paths: list[str]) -> None:
    before = open_descriptors()
    files = OpenFiles(paths)
    assert open_descriptors() == before + len(paths)
    files.close()
    files.close()
    assert open_descriptors() == before
