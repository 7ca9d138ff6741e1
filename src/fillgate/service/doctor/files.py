"""Files: that nobody else can read secrets and orders, or change what the service does."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from fillgate.config import secret_file
from fillgate.service.doctor.diagnosis import Diagnosis, Level, fine, problem, warning
from fillgate.service.doctor.patient import Patient

__all__ = ["check_files"]

_OTHERS: Final = 0o077
_EVERYBODY: Final = 0o007
_WRITING: Final = 0o022


async def check_files(patient: Patient) -> Sequence[Diagnosis]:
    """Look at the data folder, the configuration file, and the files with secrets."""
    found = [*_folder(patient.folder), *_configuration(patient), *_secrets(patient)]
    return found if any(each.level is not Level.OK for each in found) else found[:1]


def _folder(folder: Path) -> Iterator[Diagnosis]:
    if not folder.exists():
        yield fine(f"the data folder {folder} is not there yet; the first start makes it")
        return
    if not folder.is_dir():
        yield problem(f"{folder} is no folder", "name another with `data` in [service]")
        return
    yield from _owner(folder)
    open_to_others = [path for path in (folder, *sorted(folder.iterdir())) if _mode(path) & _OTHERS]
    for path in open_to_others:
        mode = "700" if path.is_dir() else "600"
        yield problem(f"others can read or write {path}", f"chmod {mode} {path}")
    if not open_to_others:
        yield fine(f"the data folder {folder} is its owner's alone")


def _owner(folder: Path) -> Iterator[Diagnosis]:
    owner, we = folder.stat().st_uid, os.geteuid()
    foreign = [path for path in folder.iterdir() if path.lstat().st_uid != owner]
    for path in foreign:
        yield problem(
            f"{path} belongs to the user {path.lstat().st_uid}, its folder to {owner}",
            f"chown {owner} {path}",
        )
    if owner != we:
        yield warning(
            f"the data folder {folder} belongs to the user {owner}, and you are {we}",
            "run fillgate, and this, as the user that the folder belongs to",
        )
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield problem(f"the data folder {folder} cannot be written", f"chmod 700 {folder}")


def _configuration(patient: Patient) -> Iterator[Diagnosis]:
    if patient.configuration.path is None:
        return
    path = Path(patient.configuration.path)
    if _mode(path) & _WRITING:
        yield problem(
            f"others can write {path}, and send your orders elsewhere", f"chmod go-w {path}"
        )


def _secrets(patient: Patient) -> Iterator[Diagnosis]:
    configuration = patient.configuration
    references = [
        configuration.service.api_key,
        configuration.webhook.secret,
        *(
            each
            for account in configuration.accounts.values()
            for each in account.references.values()
        ),
    ]
    for reference in filter(None, references):
        path = secret_file(reference)
        if path is not None and path.exists() and _mode(path) & _EVERYBODY:
            yield problem(f"everybody can read the secret in {path}", f"chmod o-rwx {path}")


def _mode(path: Path) -> int:
    """Return the permission bits; none for a link, which has no meaning of its own."""
    mode = path.lstat().st_mode
    return 0 if stat.S_ISLNK(mode) else mode
