"""What the adapters share: filling a function's arguments, and reporting a value that a service refused."""

from __future__ import annotations

import logging
import typing
from collections.abc import Callable, Sequence
from typing import Any

from tacit_runtime.async_client import AsyncClient
from tacit_runtime.client import Client
from tacit_runtime.errors import CredentialRejected, TacitError
from tacit_runtime.resolution import Released, Resolution
from tacit_runtime.secret_value import SecretValue

_log = logging.getLogger("tacit_runtime")

#: A user's token, or a function of the adapter's run that returns it.
UserToken = str | SecretValue | None | Callable[[Any], str | SecretValue | None]


def hidden_arguments(function: Callable[..., Any]) -> frozenset[str]:
    """The arguments of `function` that are declared as ``SecretValue``; others get the text itself."""
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # a hint that only type checkers can resolve
        return frozenset()
    return frozenset(name for name, hint in hints.items() if hint is SecretValue)


def filling(resolution: Resolution, arguments: Sequence[str], hidden: frozenset[str]) -> dict[str, Any]:
    """The values of `arguments` for a call. Raises ``MissingCredential``."""
    resolution.require(*arguments)
    values = {argument: resolution.arguments[argument].value for argument in arguments}
    return {argument: value if argument in hidden else value.reveal() for argument, value in values.items()}


def redacted(resolution: Resolution, result: Any) -> Any:
    """A tool's result without the values, if it is text."""
    return resolution.redact(result) if isinstance(result, str) else result


def redacted_text(resolution: Resolution, error: Exception) -> str | None:
    """The text of a tool's error without the values; None if it has none. Such texts reach models and logs."""
    text = str(error)
    clean = resolution.redact(text)
    return clean if clean != text else None


def token_of(user_token: UserToken, run: Any) -> str | SecretValue | None:
    """The user's token for a run, if the operator wants one."""
    return user_token(run) if callable(user_token) else user_token


def _refused(resolution: Resolution, rejection: CredentialRejected) -> Released | None:
    released = resolution.arguments.get(rejection.argument)
    if released is None:
        _log.warning("a tool reported an argument that has no value: %s", rejection)
    return released


def report_rejected(
    client: Client,
    user_id: object,
    resolution: Resolution,
    rejection: CredentialRejected,
    user_token: str | SecretValue | None = None,
) -> None:
    """Tells the owner. A report that cannot be made is logged: the tool's own failure matters more."""
    released = _refused(resolution, rejection)
    if released is not None:
        try:
            client.report(user_id, resolution.tool_name, released, user_token=user_token)
        except TacitError as error:
            _log.warning("a refused credential was not reported: %s", error)


async def areport_rejected(
    client: AsyncClient,
    user_id: object,
    resolution: Resolution,
    rejection: CredentialRejected,
    user_token: str | SecretValue | None = None,
) -> None:
    """As :func:`report_rejected`."""
    released = _refused(resolution, rejection)
    if released is not None:
        try:
            await client.report(user_id, resolution.tool_name, released, user_token=user_token)
        except TacitError as error:
            _log.warning("a refused credential was not reported: %s", error)
