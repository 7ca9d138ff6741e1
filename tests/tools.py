"""Programs that tests need and a machine may lack."""

import os
import shutil
from typing import NoReturn

import pytest

__all__ = ["missing", "needed"]


def missing(package: str) -> NoReturn:
    """Skip the test for want of a Debian package; in CI, which installs it, fail."""
    reason = f"this test needs a program of Debian's package {package}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def needed(*programs: str, package: str | None = None) -> None:
    """Go on only if these programs are there.

    Args:
        programs: by name.
        package: of Debian that has them; without it each is of the package of its name.
    """
    for program in programs:
        if shutil.which(program) is None:
            missing(package or program)
