"""The one tree of errors, sorted by what the caller may do.

The four endings of a submission that is not a result are `Denied`, `Rejected`, `NotSent` and
`Unknown`. Whatever a plugin raises that is none of these counts as `Unknown`: the order may be at
the venue.
"""

__all__ = [
    "AccountDown",
    "ConfigurationError",
    "Denied",
    "DuplicateAccount",
    "FillgateError",
    "IllegalMove",
    "NotSent",
    "NotSupported",
    "Rejected",
    "Unknown",
    "UnknownAccount",
]


class FillgateError(Exception):
    """The root of all errors that fillgate raises on purpose."""


class CodedError(FillgateError):
    """An error with a stable code for programs and a text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code
        """Stable upper-case name of the reason, for example `INSUFFICIENT_FUNDS`."""
        self.text = text
        """The reason in words; for `Rejected` the venue's own."""


class Denied(CodedError):
    """fillgate itself refused the order before it was sent. Nothing left this machine."""


class Rejected(CodedError):
    """The venue refused the order, definitely and in its own words, on the first attempt."""


class NotSent(CodedError):
    """The order is proven not to have left: refused connection, DNS, TLS, a local check."""


class Unknown(CodedError):
    """The order may or may not be at the venue. Only a lookup or a person can tell."""


class NotSupported(FillgateError):
    """This plugin or this venue cannot do that; its capabilities say so beforehand."""


class AccountDown(FillgateError):
    """The account is not usable now; the text says why. It is tried again by itself."""


class UnknownAccount(FillgateError):
    """No account of that name is registered; the text lists those that are."""


class DuplicateAccount(FillgateError):
    """An account of that name is registered already."""


class ConfigurationError(FillgateError):
    """Settings are wrong; a line for each names the key, what was found and what would be right."""

    def __init__(self, *findings: str) -> None:
        super().__init__(*findings)
        self.findings = findings
        """What is wrong, one text each."""

    def __str__(self) -> str:
        return "\n".join(self.findings)


class IllegalMove(FillgateError):
    """A report cannot follow the status that the order has; see the life cycle's table."""
