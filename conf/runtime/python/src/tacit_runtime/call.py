"""One call: its request, its deadline, and what to do after each attempt. Without I/O; both clients follow it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from tacit_runtime.addresses import Address
from tacit_runtime.answers import refusal
from tacit_runtime.errors import Conflict, Overloaded, Refused, TimedOut, Unavailable
from tacit_runtime.http_answer import Answer
from tacit_runtime.resolution import ToolRequest
from tacit_runtime.secret_value import SecretValue
from tacit_runtime.settings import Deployment
from tacit_runtime.version import __version__

T = TypeVar("T")

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


class Hopeless(Unavailable):
    """Raised within the package: this server will refuse a repeat likewise. `error` is what the caller gets."""

    def __init__(self, error: Unavailable) -> None:
        super().__init__(str(error))
        self.error = error


class Call(Generic[T]):
    """A POST to the tool plane, which is safe to repeat.

    The clients ask ``address()``, send ``request(address)`` there, and tell the outcome to ``answered`` or
    ``connection_failed``. These return the seconds to wait before the next attempt, or raise the error that ends the
    call; ``answered`` returns None when `result` is there.
    """

    def __init__(
        self,
        deployment: Deployment,
        path: str,
        document: dict[str, Any],
        read: Callable[[Answer], T],
        asked: Sequence[ToolRequest] = (),
        user_token: str | SecretValue | None = None,
        waits_on_429: bool = True,
    ) -> None:
        self._deployment = deployment
        self._path = path
        self._body = json.dumps(document, separators=(",", ":")).encode("ascii")
        self._read = read
        self._asked = asked
        self._credential = _credential(deployment, user_token)
        self._waits_on_429 = waits_on_429
        self._deadline = time.monotonic() + deployment.limits.total_timeout
        self._attempts = 0
        self._tried: set[Address] = set()
        self._hopeless: set[Address] = set()
        self._last_failure = ""
        self.result: T
        self.in_doubt = False  # an attempt may have been carried out without an answer

    def address(self) -> Address:
        """The server for the next attempt. Raises ``TimedOut``."""
        self.remaining()
        self._attempts += 1
        addresses = self._deployment.addresses
        without = self._tried | self._hopeless if len(self._tried) < len(addresses) else self._hopeless
        chosen = addresses.choose(without)
        self._tried.add(chosen)
        return chosen

    def request(self, address: Address) -> bytes:
        """The request's bytes."""
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: {address.authority}\r\nUser-Agent: tacit-runtime/{__version__}\r\n"
            f"Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: {len(self._body)}\r\n"
            f"{self._credential.reveal() if self._credential else ''}\r\n"
        )
        return head.encode("ascii") + self._body

    def remaining(self) -> float:
        """Seconds until the total time-out. Raises ``TimedOut``."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._timed_out()
        return left

    def _timed_out(self) -> TimedOut:
        because = f"; last: {self._last_failure}" if self._last_failure else ""
        return TimedOut(f"no answer within {self._deployment.limits.total_timeout:g} s{because}")

    def answered(self, address: Address, answer: Answer) -> float | None:
        """What to do with an answer."""
        if 200 <= answer.status < 300:
            self._deployment.addresses.works(address)
            self.result = self._read(answer)
            return None
        error = refusal(answer, self._asked)
        if isinstance(error, Overloaded):
            return self._after_overload(address, error)
        self._deployment.addresses.works(address)
        if isinstance(error, Conflict):
            return self._pause(error, 0.0)
        raise error

    def connection_failed(self, address: Address, error: Unavailable) -> float:
        """What to do after a connection that could not be made, or broke."""
        self._deployment.addresses.failed(address)
        self._last_failure = str(error)
        if isinstance(error, Hopeless):
            self._hopeless.add(address)
            error = error.error
            if len(self._hopeless) == len(self._deployment.addresses):
                raise error
        if self._others_are_left():
            return self._at_once(error)
        return self._pause(error, 0.0)

    def _after_overload(self, address: Address, error: Overloaded) -> float:
        self._last_failure = str(error)
        if error.status == 503:
            # This host is draining or its store is down; another one may be well.
            self._deployment.addresses.failed(address, error.retry_after)
            if self._others_are_left():
                return self._at_once(error)
        elif not self._waits_on_429:
            raise error
        return self._pause(error, error.retry_after or 0.0)

    def _others_are_left(self) -> bool:
        return len(self._tried | self._hopeless) < len(self._deployment.addresses)

    def _at_once(self, error: Refused | Unavailable) -> float:
        if self._attempts >= self._deployment.limits.attempts:
            raise error
        return 0.0

    def _pause(self, error: Refused | Unavailable, at_least: float) -> float:
        """Exponential, with jitter over its whole length: clients that failed together do not return together."""
        if self._attempts >= self._deployment.limits.attempts:
            raise error
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (self._attempts - 1))
        pause = at_least + random.uniform(0.0, longest)
        left = self._deadline - time.monotonic()
        if pause >= left:
            if isinstance(error, Unavailable) and left < 0.01:
                raise self._timed_out()
            raise error  # says more than the time-out that waiting would turn it into
        return pause


def _credential(deployment: Deployment, user_token: str | SecretValue | None) -> SecretValue | None:
    if user_token is None:
        return None
    text = user_token.reveal() if isinstance(user_token, SecretValue) else user_token
    if not text or not all("!" <= c <= "~" for c in text):
        raise ValueError("the user's token has characters that no header can carry")
    if deployment.user_token_header == "token":
        return SecretValue(f"token: {text}\r\n")
    return SecretValue(f"Authorization: Bearer {text}\r\n")
