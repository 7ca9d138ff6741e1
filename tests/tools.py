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


def needed(*programs: str) -> None:
    """Go on only if these programs are there; each is of the Debian package of its name."""
    for program in programs:
        if shutil.which(program) is None:
            missing(program)
