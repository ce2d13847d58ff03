"""What a client is made with, shared by both clients."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

from tacit_runtime.addresses import Address, AddressBook
from tacit_runtime.certificates import CertificateFiles, Certificates
from tacit_runtime.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Times are in seconds."""

    #: For one connection: TCP and TLS together. The blocking client also waits for the system to resolve the name.
    connect_timeout: float = 3.0
    #: For each wait for more of an answer.
    read_timeout: float = 15.0
    #: For the whole call: all attempts, and the pauses between them.
    total_timeout: float = 30.0
    #: The largest number of requests that one call sends.
    attempts: int = 4
    #: How long a server that failed is left out while there are others.
    quarantine: float = 10.0
    #: How long an unused connection is kept. Shorter than the server's idle-timeout.
    keep_alive: float = 60.0
    #: How many unused connections are kept for each server.
    most_idle: int = 8
    #: The largest answer, in bytes.
    largest_answer: int = 32 * 1024 * 1024

    def check(self) -> None:
        """Raises ``ConfigurationError``."""
        for name in ("connect_timeout", "read_timeout", "total_timeout"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ConfigurationError(f"{name} is {value}: it is a number of seconds above 0")
        for name in ("quarantine", "keep_alive", "most_idle"):
            if not getattr(self, name) >= 0:
                raise ConfigurationError(f"{name} is {getattr(self, name)}: it is at least 0")
        if self.attempts < 1 or self.largest_answer < 1024:
            raise ConfigurationError("attempts is at least 1, and largest_answer at least 1024")


class Deployment:
    """The servers, the certificate and the limits of a client."""

    def __init__(
        self,
        addresses: str | Sequence[str],
        *,
        certificate: str | os.PathLike[str],
        key: str | os.PathLike[str],
        ca: str | os.PathLike[str],
        server_name: str | None,
        user_token_header: str,
        limits: Limits | None,
    ) -> None:
        self.limits = limits if limits is not None else Limits()
        self.limits.check()
        listed = [addresses] if isinstance(addresses, str) else list(addresses)
        self.addresses = AddressBook([Address.parse(each) for each in listed], self.limits.quarantine)
        self.certificates = Certificates(CertificateFiles(os.fspath(certificate), os.fspath(key), os.fspath(ca)))
        self.server_name = server_name
        if user_token_header.lower() not in ("authorization", "token"):
            raise ConfigurationError("user_token_header is 'authorization' or 'token'")
        self.user_token_header = user_token_header.lower()

    def name_of(self, address: Address) -> str:
        """The name that the server's certificate must have."""
        return self.server_name or address.host
