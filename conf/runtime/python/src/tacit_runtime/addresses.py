"""The servers' addresses: which one is asked next, and which ones are left out for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tacit_runtime.errors import ConfigurationError

_DEFAULT_PORT = 8444


@dataclass(frozen=True)
class Address:
    """Where one server is."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        """As in a Host header and in messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @staticmethod
    def parse(text: str) -> Address:
        """Reads ``https://HOST[:PORT]`` or ``HOST[:PORT]`` (port 8444). Raises ``ConfigurationError``."""
        try:
            parts = urlsplit(text if "://" in text else "https://" + text)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ConfigurationError(f"{text!r} is no address: write https://HOST:PORT") from None
        if parts.scheme != "https":
            raise ConfigurationError(f"{text!r} is no address: the tool plane speaks only https")
        if not host or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise ConfigurationError(f"{text!r} is no address: write https://HOST:PORT and nothing more")
        if not host.isascii() or any(c.isspace() or not c.isprintable() for c in host):
            raise ConfigurationError(f"{text!r} is no address: the host is not valid")
        return Address(host, port if port is not None else _DEFAULT_PORT)


class AddressBook:
    """Round robin over several servers. One that has failed is asked again only when its quarantine is over, or when
    no other is left. Threads may share it."""

    def __init__(self, addresses: Sequence[Address], quarantine: float) -> None:
        if not addresses:
            raise ConfigurationError("there is no address of a server")
        self._addresses = tuple(dict.fromkeys(addresses))
        self._quarantine = quarantine
        self._until = dict.fromkeys(self._addresses, 0.0)
        self._next = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._addresses)

    def choose(self, without: Collection[Address] = ()) -> Address:
        """The next address in turn that is in no quarantine, else the one whose quarantine ends first.

        `without` are those that this request has tried; they are chosen only if there is no other.
        """
        now = time.monotonic()
        with self._lock:
            turn = self._addresses[self._next :] + self._addresses[: self._next]
            candidates = [each for each in turn if each not in without] or list(turn)
            chosen = next((each for each in candidates if self._until[each] <= now), None)
            if chosen is None:
                chosen = min(candidates, key=lambda each: self._until[each])
            self._next = (self._addresses.index(chosen) + 1) % len(self._addresses)
            return chosen

    def failed(self, address: Address, seconds: float | None = None) -> None:
        """Leaves `address` out, for `seconds` or else for the time that this book was made with."""
        until = time.monotonic() + (self._quarantine if seconds is None else seconds)
        with self._lock:
            self._until[address] = max(self._until[address], until)

    def works(self, address: Address) -> None:
        """Ends the quarantine of `address`."""
        with self._lock:
            self._until[address] = 0.0
