"""Failures of sockets and of TLS as this package's errors."""

from __future__ import annotations

import socket
import ssl

from tacit_runtime.addresses import Address
from tacit_runtime.call import Hopeless
from tacit_runtime.errors import CertificateRefused, Unavailable, UntrustedServer

# Alerts (RFC 8446, section 6.2) by which a server refuses the client's certificate, as OpenSSL names them.
_CERTIFICATE_ALERTS = (
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "UNKNOWN_CA",
)


def unavailable(address: Address, error: BaseException, doing: str) -> Unavailable:
    """What `error` means. `doing` is what was being done, such as ``connecting``."""
    where = address.authority
    if isinstance(error, ssl.SSLCertVerificationError):
        return Hopeless(UntrustedServer(f"{where}: the server's certificate is not trusted: {error.verify_message}"))
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        if "ALERT" in reason and reason.endswith(_CERTIFICATE_ALERTS):
            said = reason.split("ALERT_", 1)[-1].replace("_", " ").lower()
            return Hopeless(CertificateRefused(f"{where}: the server refused this client's certificate ({said})"))
        return Unavailable(
            f"{where}: {doing}: TLS failed ({(reason or 'the connection ended').replace('_', ' ').lower()})"
        )
    if isinstance(error, socket.gaierror):
        return Unavailable(f"{where}: the name cannot be resolved ({error.strerror})")
    if isinstance(error, TimeoutError):  # socket.timeout and asyncio's are this type, or become it
        return Unavailable(f"{where}: {doing}: timed out")
    if isinstance(error, OSError) and error.strerror:
        return Unavailable(f"{where}: {doing}: {error.strerror.lower()}")
    return Unavailable(f"{where}: {doing}: the connection ended")
