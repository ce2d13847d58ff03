"""The blocking client."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TypeVar

from tacit_runtime import operations
from tacit_runtime.call import Call
from tacit_runtime.connections import Connections
from tacit_runtime.errors import Overloaded, Unavailable
from tacit_runtime.resolution import Released, Resolution, ToolRequest
from tacit_runtime.secret_value import SecretValue
from tacit_runtime.settings import Deployment, Limits

T = TypeVar("T")


class Client:
    """Asks the tool plane, over mutual TLS. Threads may share it; make one for the life of the process.

    `addresses` are those of the servers: ``https://HOST:PORT``, one or several. Several are asked in turn; one that
    fails is left out for a while. `certificate`, `key` and `ca` are PEM files; they are read again when they change.
    `server_name` is the name in the servers' certificates, if it is not the host of the address.
    `user_token_header` says in which header a user's token is sent, ``authorization`` or ``token``.

    Each call repeats what is safe to repeat, within ``Limits.total_timeout``. Proxies of the environment are not used,
    and redirects are not followed. Nothing is kept: each call asks the server.
    """

    def __init__(
        self,
        addresses: str | Sequence[str],
        *,
        certificate: str | os.PathLike[str],
        key: str | os.PathLike[str],
        ca: str | os.PathLike[str],
        server_name: str | None = None,
        user_token_header: str = "authorization",
        limits: Limits | None = None,
    ) -> None:
        """Reads the files; connects with the first call. Raises ``ConfigurationError``."""
        self._deployment = Deployment(
            addresses,
            certificate=certificate,
            key=key,
            ca=ca,
            server_name=server_name,
            user_token_header=user_token_header,
            limits=limits,
        )
        self._connections = Connections(self._deployment)

    def resolve(
        self,
        user_id: object,
        tool_name: str,
        *,
        provided_args: Sequence[str] = (),
        secrets: Mapping[str, str] | None = None,
        wanted_args: Sequence[str] = (),
        user_token: str | SecretValue | None = None,
    ) -> Resolution:
        """The values that a tool may use for a user. See ``ToolRequest`` for the arguments.

        Raises ``Forbidden``, ``Invalid``, ``Unauthorized``, ``Overloaded``, ``Unavailable`` or another ``TacitError``.
        """
        return self._run(
            operations.resolve(self._deployment, user_id, tool_name, provided_args, secrets, wanted_args, user_token)
        )

    def resolve_many(
        self, user_id: object, tools: Iterable[ToolRequest | str], *, user_token: str | SecretValue | None = None
    ) -> list[Resolution]:
        """The same for several tools, in the order asked: one request for each 64 of them.

        A tool that is refused has a ``refusal`` and does not affect the others.
        """
        calls = operations.resolve_many(self._deployment, user_id, tools, user_token)
        return [resolution for call in calls for resolution in self._run(call)]

    def report(
        self,
        user_id: object,
        tool_name: str,
        secret: Released | str,
        *,
        user_token: str | SecretValue | None = None,
    ) -> None:
        """Tells the owner of a secret that the tool's service refused its value.

        `secret` is what was released, or its ``secret_id``. Raises ``NotFound`` if it was not released to this identity
        and tool within 24 hours, ``Overloaded`` if it was reported less than a minute ago.
        """
        call = operations.report(self._deployment, user_id, tool_name, secret, user_token)
        try:
            self._run(call)
        except Overloaded as error:
            # After an attempt whose answer was lost: that one was noted.
            if error.status != 429 or not call.in_doubt:
                raise

    def close(self) -> None:
        """Closes the connections."""
        self._connections.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, call: Call[T]) -> T:
        if self._connections.closed:
            raise ValueError("this client is closed")
        while True:
            address = call.address()
            try:
                answer = self._connections.exchange(call, address)
            except Unavailable as error:
                pause: float | None = call.connection_failed(address, error)
            else:
                pause = call.answered(address, answer)
                if pause is None:
                    return call.result
            if pause:
                time.sleep(pause)
