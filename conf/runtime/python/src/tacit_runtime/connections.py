"""Blocking connections to the servers, kept for later requests."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from typing import Any

from tacit_runtime.addresses import Address
from tacit_runtime.call import Call
from tacit_runtime.errors import TacitError
from tacit_runtime.failures import unavailable
from tacit_runtime.http_answer import Answer, AnswerReader
from tacit_runtime.settings import Deployment

_PIECE = 64 * 1024


class Connection:
    """A TLS connection. One thread uses it at a time."""

    def __init__(self, stream: ssl.SSLSocket, address: Address, generation: int) -> None:
        self.stream = stream
        self.address = address
        self.generation = generation
        self.unused_since = 0.0
        self.used = False

    def exchange(self, call: Call[Any], deployment: Deployment) -> Answer:
        """Sends the request and reads its answer. Raises ``OSError``, or what the reader and the call raise."""
        limits = deployment.limits
        reader = AnswerReader(limits.largest_answer)
        piece = bytearray(_PIECE)
        try:
            self.stream.settimeout(min(limits.read_timeout, call.remaining()))
            self.stream.sendall(call.request(self.address))
            while True:
                self.stream.settimeout(min(limits.read_timeout, call.remaining()))
                count = self.stream.recv_into(piece)
                answer = reader.feed(memoryview(piece)[:count]) if count else reader.end()
                if answer is not None:
                    return answer
                if not count:
                    raise ConnectionResetError
        except BaseException:
            reader.wipe()
            raise
        finally:
            piece[:] = bytes(len(piece))

    def close(self) -> None:
        self.stream.close()


class Connections:
    """The unused connections. Threads may share it; a forked child begins with none."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._lock = threading.Lock()
        self._idle: dict[Address, list[Connection]] = {}
        self._process = os.getpid()
        self._closed = False

    def exchange(self, call: Call[Any], address: Address) -> Answer:
        """One attempt of `call` at `address`. Raises ``Unavailable``."""
        while True:
            connection = self._take(address) or self._connect(call, address)
            try:
                answer = connection.exchange(call, self._deployment)
            except (OSError, ValueError) as error:  # ValueError: closed meanwhile by close()
                connection.close()
                call.in_doubt = True
                if connection.used and not isinstance(error, TimeoutError):
                    continue  # the server has closed an unused connection: that is no failure of the server
                raise unavailable(address, error, "waiting for the answer") from None
            except BaseException as error:
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
        with self._lock:
            self._closed = True
            connections = [each for idle in self._idle.values() for each in idle]
            self._idle.clear()
        for connection in connections:
            connection.close()

    @property
    def closed(self) -> bool:
        return self._closed

    def _take(self, address: Address) -> Connection | None:
        _, generation = self._deployment.certificates.present()
        oldest = time.monotonic() - self._deployment.limits.keep_alive
        with self._lock:
            self._forget_parents_connections()
            idle = self._idle.get(address, [])
            while idle:
                connection = idle.pop()
                if connection.generation == generation and connection.unused_since > oldest:
                    return connection
                connection.close()
        return None

    def _keep(self, connection: Connection) -> None:
        connection.used = True
        connection.unused_since = time.monotonic()
        with self._lock:
            self._forget_parents_connections()
            idle = self._idle.setdefault(connection.address, [])
            if not self._closed and len(idle) < self._deployment.limits.most_idle:
                idle.append(connection)
                return
        connection.close()

    def _forget_parents_connections(self) -> None:
        # Two processes that use one TLS connection would break it; close() ends it only in this process.
        if self._process != os.getpid():
            self._process = os.getpid()
            for idle in self._idle.values():
                for connection in idle:
                    connection.close()
            self._idle.clear()

    def _connect(self, call: Call[Any], address: Address) -> Connection:
        context, generation = self._deployment.certificates.present()
        until = time.monotonic() + min(self._deployment.limits.connect_timeout, call.remaining())
        raw: socket.socket | None = None
        try:
            raw = _tcp(address, until)
            raw.settimeout(_left(until))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = context.wrap_socket(raw, server_hostname=self._deployment.name_of(address))
        except OSError as error:
            if raw is not None:
                raw.close()
            raise unavailable(address, error, "connecting") from None
        return Connection(stream, address, generation)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _tcp(address: Address, until: float) -> socket.socket:
    """Connects to the first of the host's addresses that answers in time. Raises ``OSError``."""
    failure = OSError("the host has no address")
    for family, kind, protocol, _, target in socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM):
        raw = socket.socket(family, kind, protocol)
        try:
            raw.settimeout(_left(until))
            raw.connect(target)
            return raw
        except OSError as error:
            raw.close()
            failure = error
    raise failure
