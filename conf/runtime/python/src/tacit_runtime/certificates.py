"""TLS with a client certificate, which is read again when its files change."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from dataclasses import dataclass

from tacit_runtime.errors import ConfigurationError

_log = logging.getLogger("tacit_runtime")

_Stamp = tuple[tuple[int, int, int, int], ...]


def _refuse_password() -> str:
    # Without a callback OpenSSL asks on the terminal.
    raise ConfigurationError("the private key is encrypted; this client reads keys without a password only")


@dataclass(frozen=True)
class CertificateFiles:
    """PEM files: the client's chain (leaf first) with its key, and the authorities that sign the servers."""

    certificate: str
    key: str
    ca: str

    def stamp(self) -> _Stamp:
        """Changes when one of the files is changed or replaced. Raises ``OSError``."""
        found = []
        for path in (self.certificate, self.key, self.ca):
            status = os.stat(path)
            found.append((status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size))
        return tuple(found)

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later that trusts only `ca` and checks the server's name. Raises ``ConfigurationError``."""
        # Not create_default_context: it would read SSLKEYLOGFILE and the system's authorities.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.hostname_checks_common_name = False
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_verify_locations(cafile=self.ca)
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"the authorities cannot be read from {self.ca}: {_reason(error)}") from None
        try:
            context.load_cert_chain(self.certificate, self.key, password=_refuse_password)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"the certificate cannot be read from {self.certificate} and {self.key}: {_reason(error)}"
            ) from None
        return context


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "no valid PEM").replace("_", " ").lower()
    return getattr(error, "strerror", None) or type(error).__name__


class Certificates:
    """The present TLS context. Threads may share it."""

    def __init__(self, files: CertificateFiles) -> None:
        """Reads the files. Raises ``ConfigurationError``."""
        self._files = files
        self._lock = threading.Lock()
        try:
            self._stamp = self._tried = files.stamp()
        except OSError as error:
            raise ConfigurationError(f"{error.filename} cannot be read: {_reason(error)}") from None
        self._context = files.context()
        self._generation = 0

    def present(self) -> tuple[ssl.SSLContext, int]:
        """The context, and a number that rises when the files have changed.

        Files that cannot be read or do not fit together, as in the middle of a change, leave the context as it is.
        """
        with self._lock:
            try:
                stamp = self._files.stamp()
            except OSError as error:
                self._keep(None, f"{error.filename}: {_reason(error)}")
                return self._context, self._generation
            if stamp not in (self._stamp, self._tried):
                self._reload(stamp)
            return self._context, self._generation

    def _reload(self, stamp: _Stamp) -> None:
        try:
            context = self._files.context()
        except ConfigurationError as error:
            self._keep(stamp, str(error))
            return
        self._context, self._stamp, self._tried = context, stamp, stamp
        self._generation += 1
        _log.info("read the changed certificate files")

    def _keep(self, tried: _Stamp | None, reason: str) -> None:
        if tried is None and self._tried == ():
            return
        self._tried = tried or ()
        _log.warning("kept the certificate that was read before: %s", reason)
