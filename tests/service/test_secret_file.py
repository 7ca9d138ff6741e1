"""The generated webhook secret."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.service.secret_file import SECRET_FILE, webhook_secret


def test_it_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secret = webhook_secret(folder)
    assert len(secret) >= 40
    assert webhook_secret(folder) == secret
    assert webhook_secret(tmp_path / "other") != secret
    assert stat.S_IMODE((folder / SECRET_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == [SECRET_FILE]


def test_one_that_a_person_wrote_is_taken(tmp_path: Path) -> None:
    path = tmp_path / SECRET_FILE
    path.write_text("  my own secret \n")
    path.chmod(0o400)
    assert webhook_secret(tmp_path) == "my own secret"


def be_open(path: Path) -> None:
    path.write_text("secret")
    path.chmod(0o604)


def be_empty(path: Path) -> None:
    path.write_text("\n")
    path.chmod(0o600)


def be_binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)


def be_a_folder(path: Path) -> None:
    path.mkdir(mode=0o700)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (be_open, "chmod 600"),
        (be_empty, "is empty"),
        (be_binary, "it is not text"),
        (be_a_folder, "cannot be used"),
    ],
)
def test_a_file_that_cannot_be_used(
    tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / SECRET_FILE
    spoil(path)
    with pytest.raises(ConfigurationError, match=words) as caught:
        webhook_secret(tmp_path)
    assert str(path) in str(caught.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        webhook_secret(tmp_path / "file" / "data")
