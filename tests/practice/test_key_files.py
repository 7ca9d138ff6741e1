from pathlib import Path

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.practice.key_files import control_key, users_of_files
from fillgate.practice.users import BALANCES, User, Users


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "keys"
    first = users_of_files(folder, ["a", "b", "a"], BALANCES)
    assert [user.name for user in first] == ["a", "b"]
    assert users_of_files(folder, ["a", "b"], BALANCES) == first
    assert control_key(folder) == control_key(folder)
    assert len({text for user in first for text in (user.key, user.secret)}) == 4
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_user_does_not_show_its_secret() -> None:
    user = User(name="a", key="public", secret="hidden")
    assert "hidden" not in f"{user} {user!r} {[user]}"


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    users_of_files(tmp_path, ["a"], BALANCES)
    (tmp_path / "a-key").chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        users_of_files(tmp_path, ["a"], BALANCES)
    (tmp_path / "a-key").chmod(0o600)
    (tmp_path / "a-key").write_text("\n")
    with pytest.raises(ConfigurationError, match="is empty"):
        users_of_files(tmp_path, ["a"], BALANCES)


@pytest.mark.parametrize("name", ["", "a/b", "..", "a" * 65, "ä"])
def test_what_is_no_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="expected an account's name"):
        users_of_files(tmp_path, [name], BALANCES)
    assert list(tmp_path.iterdir()) == []


def test_keys_are_one_s_own() -> None:
    one = User(name="a", key="k", secret="s")
    with pytest.raises(ValueError, match="of their own"):
        Users([one, User(name="b", key="k", secret="t")])
