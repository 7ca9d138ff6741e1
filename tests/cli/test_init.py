"""`fillgate init`: the file that it writes, and that it never costs one."""

import stat
from pathlib import Path

import pytest

from fillgate.service.commented import commented_file
from tests.cli.conftest import Run


def test_the_file_is_written_and_the_next_steps_are_told(run: Run, tmp_path: Path) -> None:
    result = run("init")
    assert result.exit_code == 0
    assert (tmp_path / "fillgate.toml").read_text() == commented_file()
    assert [path.name for path in tmp_path.iterdir()] == ["fillgate.toml"]
    assert "wrote fillgate.toml" in result.stdout
    for command in ("config check", "serve", "send alert"):
        assert f"  fillgate {command}" in result.stdout
    assert run("config", "check").exit_code == 0


def test_another_name(run: Run, tmp_path: Path) -> None:
    result = run("init", "--config", tmp_path / "other.toml")
    assert result.exit_code == 0
    assert f"fillgate serve --config {tmp_path / 'other.toml'}" in result.stdout
    assert (tmp_path / "other.toml").exists()


def test_a_file_that_is_there_stays(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "fillgate.toml"
    path.write_text("# mine")
    result = run("init", "--secret")
    assert result.exit_code == 2
    assert result.stderr == "fillgate: fillgate.toml is there already; --force replaces it\n"
    assert path.read_text() == "# mine"
    assert [each.name for each in tmp_path.iterdir()] == ["fillgate.toml"]


def test_by_force_it_is_replaced(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "fillgate.toml"
    path.write_text("# mine")
    assert run("init", "--force").exit_code == 0
    assert path.read_text() == commented_file()
    assert [each.name for each in tmp_path.iterdir()] == ["fillgate.toml"]


def test_what_a_link_leads_to_is_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    path = tmp_path / "fillgate.toml"
    path.symlink_to(tmp_path / "there" / "real.toml")
    assert run("init").exit_code == 0
    assert path.is_symlink()
    assert (tmp_path / "there" / "real.toml").read_text() == commented_file()


@pytest.mark.parametrize("name", ["no/fillgate.toml", "."])
def test_a_file_that_cannot_be_written(run: Run, name: str) -> None:
    result = run("init", "--config", name)
    assert result.exit_code == 2
    assert result.stderr.startswith("fillgate: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_secret_too(run: Run, tmp_path: Path) -> None:
    result = run("init", "--secret")
    assert result.exit_code == 0
    file = tmp_path / ".fillgate" / "webhook-secret"
    assert ".fillgate/webhook-secret" in result.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = file.read_text().strip()
    assert len(secret) >= 32
    assert secret not in result.stdout + (tmp_path / "fillgate.toml").read_text()
    assert run("init", "--secret", "--force").exit_code == 0
    assert file.read_text().strip() == secret


def test_a_secret_where_the_environment_wants_the_data(run: Run, tmp_path: Path) -> None:
    result = run("init", "--secret", env={"FILLGATE_SERVICE_DATA": str(tmp_path / "d")})
    assert result.exit_code == 0
    assert (tmp_path / "d" / "webhook-secret").exists()


def test_a_secret_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".fillgate").touch()
    result = run("init", "--secret")
    assert result.exit_code == 2
    assert ".fillgate" in result.stderr


def test_a_secret_that_is_there_already_is_told(run: Run, tmp_path: Path) -> None:
    result = run("init", "--secret", env={"FILLGATE_WEBHOOK_SECRET": "swordfish-and-chips"})
    assert result.exit_code == 0
    assert "there is one already, by the environment FILLGATE_WEBHOOK_SECRET" in result.stdout
    assert "swordfish" not in result.stdout
    assert not (tmp_path / ".fillgate").exists()
