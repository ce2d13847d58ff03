"""Connections of asyncio to the servers, kept for later requests."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from tacit_runtime.addresses import Address
from tacit_runtime.call import Call
from tacit_runtime.errors import TacitError
from tacit_runtime.failures import unavailable
from tacit_runtime.http_answer import Answer, AnswerReader
from tacit_runtime.settings import Deployment

T = TypeVar("T")

_PIECE = 64 * 1024


class AsyncConnection:
    """A TLS connection. One task uses it at a time."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: Address, generation: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.address = address
        self.generation = generation
        self.unused_since = 0.0
        self.used = False

    async def exchange(self, call: Call[Any], deployment: Deployment) -> Answer:
        """Sends the request and reads its answer. Raises ``OSError``, or what the reader and the call raise."""
        limits = deployment.limits
        reader = AnswerReader(limits.largest_answer)
        try:
            self._writer.write(call.request(self.address))
            await _within(self._writer.drain(), min(limits.read_timeout, call.remaining()))
            while True:
                piece = await _within(self._reader.read(_PIECE), min(limits.read_timeout, call.remaining()))
                answer = reader.feed(piece) if piece else reader.end()
                if answer is not None:
                    return answer
                if not piece:
                    raise ConnectionResetError
        except BaseException:
            reader.wipe()
            raise

    @property
    def ended(self) -> bool:
        return self._reader.at_eof() or self._writer.is_closing()

    def close(self) -> None:
        # Not close(): that waits for the peer's close_notify, which may never come.
        self._writer.transport.abort()


class AsyncConnections:
    """The unused connections of one event loop; another loop, or a forked child, begins with none."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._idle: dict[Address, list[AsyncConnection]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = os.getpid()
        self._closed = False

    async def exchange(self, call: Call[Any], address: Address) -> Answer:
        """One attempt of `call` at `address`. Raises ``Unavailable``."""
        while True:
            connection = self._take(address) or await self._connect(call, address)
            try:
                answer = await connection.exchange(call, self._deployment)
            except OSError as error:
                connection.close()
                call.in_doubt = True
                if connection.used and not isinstance(error, TimeoutError):
                    continue  # the server has closed an unused connection: that is no failure of the server
                raise unavailable(address, error, "waiting for the answer") from None
            except BaseException as error:  # also when the task is cancelled
                connection.close()
                if isinstance(error, TacitError):
                    call.in_doubt = True
                raise
            if answer.keep_alive:
                self._keep(connection)
            else:
                connection.close()
            return answer

    def close(self) -> None:
        """Closes all unused connections; those in use are closed after their answer."""
        self._closed = True
        self._drop_all()

    @property
    def closed(self) -> bool:
        return self._closed

    def _drop_all(self) -> None:
        same_loop = self._loop is not None and not self._loop.is_closed() and self._process == os.getpid()
        for idle in self._idle.values():
            for connection in idle:
                if same_loop:
                    connection.close()
        self._idle.clear()

    def _take(self, address: Address) -> AsyncConnection | None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop or self._process != os.getpid():
            self._idle.clear()
            self._loop, self._process = loop, os.getpid()
        _, generation = self._deployment.certificates.present()
        oldest = time.monotonic() - self._deployment.limits.keep_alive
        idle = self._idle.get(address, [])
        while idle:
            connection = idle.pop()
            if connection.generation == generation and connection.unused_since > oldest and not connection.ended:
                return connection
            connection.close()
        return None

    def _keep(self, connection: AsyncConnection) -> None:
        connection.used = True
        connection.unused_since = time.monotonic()
        idle = self._idle.setdefault(connection.address, [])
        other_loop = asyncio.get_running_loop() is not self._loop
        if self._closed or other_loop or len(idle) >= self._deployment.limits.most_idle:
            connection.close()
        else:
            idle.append(connection)

    async def _connect(self, call: Call[Any], address: Address) -> AsyncConnection:
        context, generation = self._deployment.certificates.present()
        connecting = asyncio.open_connection(
            address.host, address.port, ssl=context, server_hostname=self._deployment.name_of(address)
        )
        try:
            reader, writer = await _within(connecting, min(self._deployment.limits.connect_timeout, call.remaining()))
        except OSError as error:
            raise unavailable(address, error, "connecting") from None
        return AsyncConnection(reader, writer, address, generation)


async def _within(operation: Coroutine[Any, Any, T], seconds: float) -> T:
    """Waits for `operation`, at most `seconds`. Raises ``TimeoutError``, on Python 3.10 too."""
    try:
        return await asyncio.wait_for(operation, seconds)
    except asyncio.TimeoutError:
        raise TimeoutError from None
