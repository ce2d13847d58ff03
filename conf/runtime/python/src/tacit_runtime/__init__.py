"""The client of Tacit's tool plane: values for tools, over mutual TLS.

    client = Client("https://tools.example.org:8444", certificate="runtime.pem", key="runtime.key", ca="ca.pem")
    with client.resolve(user_id, "agno__linear__get_issue_details", wanted_args=["api_key"]) as resolution:
        call_linear(resolution.value("api_key").reveal())

Adapters are modules of their own: ``tacit_runtime.agno``, ``tacit_runtime.langchain``, ``tacit_runtime.mcp``.
"""

from tacit_runtime.async_client import AsyncClient
from tacit_runtime.client import Client
from tacit_runtime.errors import (
    CertificateRefused,
    ConfigurationError,
    Conflict,
    CredentialRejected,
    Fault,
    Forbidden,
    Invalid,
    MalformedAnswer,
    Missing,
    MissingCredential,
    NotFound,
    Overloaded,
    Refused,
    ServerError,
    TacitError,
    TimedOut,
    Unauthorized,
    Unavailable,
    UntrustedServer,
    Withheld,
)
from tacit_runtime.resolution import Released, Resolution, ToolRequest
from tacit_runtime.secret_value import SecretValue
from tacit_runtime.settings import Limits
from tacit_runtime.version import __version__

__all__ = [
    "AsyncClient",
    "CertificateRefused",
    "Client",
    "ConfigurationError",
    "Conflict",
    "CredentialRejected",
    "Fault",
    "Forbidden",
    "Invalid",
    "Limits",
    "MalformedAnswer",
    "Missing",
    "MissingCredential",
    "NotFound",
    "Overloaded",
    "Refused",
    "Released",
    "Resolution",
    "SecretValue",
    "ServerError",
    "TacitError",
    "TimedOut",
    "ToolRequest",
    "Unauthorized",
    "Unavailable",
    "UntrustedServer",
    "Withheld",
    "__version__",
]
