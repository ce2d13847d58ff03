"""What can go wrong. No text of an error has a value, whatever the server answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_DETAIL = 2000


def printable(text: str) -> str:
    """`text` in one line of bounded length, for a log or a terminal."""
    line = "".join(c if c.isprintable() else " " for c in text[:_LONGEST_DETAIL])
    return line + "…" if len(text) > _LONGEST_DETAIL else line


@dataclass(frozen=True)
class Missing:
    """An argument that was wanted and got no value."""

    argument: str
    #: ``none``: no secret of the user fits. ``expired``: the one that fits has expired.
    reason: str
    #: Opens the console with the form for this secret filled in; None if the server has no ``public-url``.
    add_url: str | None
    tool_name: str = ""


@dataclass(frozen=True)
class Fault:
    """One fault of a request, as the server found it."""

    type: str
    loc: tuple[str | int, ...]
    msg: str


@dataclass(frozen=True)
class Withheld:
    """A secret that was asked for by name and is not released."""

    argument: str
    secret_name: str
    #: ``not_found``, ``not_bound`` or ``expired``.
    reason: str


class TacitError(Exception):
    """Everything that this package raises, except errors of the caller's own (``TypeError``, ``ValueError``)."""


class ConfigurationError(TacitError):
    """The client's own files or settings are wrong."""


class MissingCredential(TacitError):
    """Arguments that a tool cannot do without have no value. Their owner can store it at `add_url`."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = tuple(missing)
        super().__init__(_missing_text(self.missing))


def _missing_text(missing: Sequence[Missing]) -> str:
    texts = []
    for each in missing:
        state = "has expired" if each.reason == "expired" else "is missing"
        text = f"the credential {each.argument!r} {state}"
        if each.tool_name:
            text += f" for {each.tool_name}"
        if each.add_url:
            text += f"; it can be stored at {each.add_url}"
        texts.append(text)
    return printable("; ".join(texts) or "a credential is missing")


class CredentialRejected(TacitError):
    """For tools to raise: their service refused the value of `argument`. The adapters then report it to its owner."""

    def __init__(self, argument: str) -> None:
        self.argument = argument
        super().__init__(f"the tool's service refused the credential {printable(argument)!r}")


class Refused(TacitError):
    """The server answered with an error. `status` is HTTP's; `request_id` finds the request in the server's log."""

    def __init__(self, status: int, detail: str, request_id: str | None = None) -> None:
        self.status = status
        self.detail = printable(detail)
        self.request_id = request_id
        super().__init__(f"{status}: {self.detail}" + (f" (request {request_id})" if request_id else ""))


class Invalid(Refused):
    """400, 413, 415, 422 …: the request is wrong. `faults` has each fault of a 422."""

    def __init__(self, status: int, detail: str, request_id: str | None = None, faults: Sequence[Fault] = ()) -> None:
        super().__init__(status, detail, request_id)
        self.faults = tuple(faults)


class Unauthorized(Refused):
    """401: the user's own token is missing or not valid."""


class Forbidden(Refused):
    """403: the certificate is revoked or expired, the identity is not granted the tool, secrets asked for by name are
    withheld (`withheld`), or the user's token is another user's."""

    def __init__(
        self, status: int, detail: str, request_id: str | None = None, withheld: Sequence[Withheld] = ()
    ) -> None:
        super().__init__(status, detail, request_id)
        self.withheld = tuple(withheld)


class NotFound(Refused):
    """404: for a report, that secret was not released to this identity and tool within 24 hours."""


class Conflict(Refused):
    """409: the secrets kept changing while they were read."""


class Overloaded(Refused):
    """429 or 503, also after the repeats that the time allowed. `retry_after` is in seconds, if the server named it."""

    def __init__(
        self, status: int, detail: str, request_id: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(status, detail, request_id)
        self.retry_after = retry_after


class ServerError(Refused):
    """500, 507 and what else is the server's fault. Quote `request_id` when you report it."""


class Unavailable(TacitError):
    """No server could be reached, or none answered in time."""


class TimedOut(Unavailable):
    """The total time-out passed."""


class UntrustedServer(Unavailable):
    """The server's certificate is not signed by the CA, has expired, or is for another name."""


class CertificateRefused(Unavailable):
    """The server ended the connection because of the client's certificate."""


class MalformedAnswer(TacitError):
    """The server's answer is not what this package understands, or is too large."""
