"""The lock files and the package's metadata say what they should."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import fillgate

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def requirements(lock: Path) -> dict[str, str]:
    """Return the text of each requirement of a lock file, hashes included, by its name."""
    text = re.sub(r"\\\n", " ", lock.read_text())
    lines = [line.strip() for line in text.splitlines()]
    return {normal(line): line for line in lines if line and not line.startswith("#")}


def normal(requirement: str) -> str:
    """Return the name a requirement begins with, spelled as in the lock files."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, f"no name in {requirement!r}"
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_there_is_a_lock_file_for_every_set_up() -> None:
    assert [lock.stem for lock in LOCKS] == ["build", "ccxt", "dev", "runtime", "uv"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_requirement_has_one_version_and_hashes(lock: Path) -> None:
    locked = requirements(lock)
    assert locked
    for line in locked.values():
        assert re.match(r"[a-z0-9-]+==\S+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+$", line), line


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_files_name_no_addresses_and_no_machine(lock: Path) -> None:
    text = lock.read_text()
    # Not plain "http": httpx2 and httptools are packages.
    assert not re.search(r"https?:|file:|://", text)
    assert not re.search(r"--(extra-)?index|--default-index|--find-links|--trusted-host", text)
    assert not re.search(r"(^|[\s=@'\"])(/|~|[A-Za-z]:\\)\w*", text, re.MULTILINE)


def test_runtime_lock_holds_every_runtime_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {normal(dependency) for dependency in project["dependencies"]}
    assert declared <= requirements(ROOT / "requirements" / "runtime.txt").keys()


def test_installed_metadata_has_the_version_of_the_code() -> None:
    assert version("fillgate") == fillgate.__version__
