"""The client for asyncio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TypeVar

from tacit_runtime import operations
from tacit_runtime.async_connections import AsyncConnections
from tacit_runtime.call import Call
from tacit_runtime.errors import Overloaded, Unavailable
from tacit_runtime.resolution import Released, Resolution, ToolRequest
from tacit_runtime.secret_value import SecretValue
from tacit_runtime.settings import Deployment, Limits

T = TypeVar("T")


class AsyncClient:
    """``Client`` for asyncio: the same arguments, methods and errors. Tasks of one event loop may share it.

    Cancelling a call closes its connection.
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
        self._connections = AsyncConnections(self._deployment)

    async def resolve(
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
        return await self._run(
            operations.resolve(self._deployment, user_id, tool_name, provided_args, secrets, wanted_args, user_token)
        )

    async def resolve_many(
        self, user_id: object, tools: Iterable[ToolRequest | str], *, user_token: str | SecretValue | None = None
    ) -> list[Resolution]:
        """The same for several tools, in the order asked: one request for each 64 of them.

        A tool that is refused has a ``refusal`` and does not affect the others.
        """
        calls = operations.resolve_many(self._deployment, user_id, tools, user_token)
        return [resolution for call in calls for resolution in await self._run(call)]

    async def report(
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
            await self._run(call)
        except Overloaded as error:
            # After an attempt whose answer was lost: that one was noted.
            if error.status != 429 or not call.in_doubt:
                raise

    async def close(self) -> None:
        """Closes the connections."""
        self._connections.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, call: Call[T]) -> T:
        if self._connections.closed:
            raise ValueError("this client is closed")
        while True:
            address = call.address()
            try:
                answer = await self._connections.exchange(call, address)
            except Unavailable as error:
                pause: float | None = call.connection_failed(address, error)
            else:
                pause = call.answered(address, answer)
                if pause is None:
                    return call.result
            if pause:
                await asyncio.sleep(pause)
