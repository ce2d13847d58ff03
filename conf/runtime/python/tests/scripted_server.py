"""A server of the tool plane's TLS that does what a test tells it, also what Tacit never does."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
import unittest
from collections.abc import Callable
from typing import Any

from support import STATE

Script = Callable[[ssl.SSLSocket], bool]  # sends an answer; whether the connection stays open


def answer(status: int, document: Any = None, keep: bool = True, **headers: str) -> Script:
    """A whole answer."""
    body = b"" if document is None else json.dumps(document).encode()
    lines = [
        f"HTTP/1.1 {status} Words",
        f"Content-Length: {len(body)}",
        *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items()),
    ]
    if not keep:
        lines.append("Connection: close")
    return raw("\r\n".join([*lines, "", ""]).encode() + body, keep)


def raw(data: bytes, keep: bool = False) -> Script:
    """These bytes."""

    def send(stream: ssl.SSLSocket) -> bool:
        stream.sendall(data)
        return keep

    return send


def silence(seconds: float) -> Script:
    """Nothing for a time, and then the end of the connection."""

    def wait(stream: ssl.SSLSocket) -> bool:
        time.sleep(seconds)
        return False

    return wait


def trickle(seconds: float, pause: float) -> Script:
    """An answer's head, one byte after the other, never complete."""

    def send(stream: ssl.SSLSocket) -> bool:
        end = time.monotonic() + seconds
        stream.sendall(b"HTTP/1.1 200 OK\r\nX-Filler: ")
        while time.monotonic() < end:
            stream.sendall(b"x")
            time.sleep(pause)
        return False

    return send


def released(value: str = "value-0123456789", argument: str = "api_key") -> dict[str, Any]:
    """The document of a release."""
    item = {
        "value": value,
        "secret_id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b",
        "secret_name": "my key",
        "updated_at": "2026-01-31T12:00:00.000000Z",
    }
    return {"arguments": {argument: item}}


class ScriptedServer:
    """Answers each request by the next script, the last one again and again. Records what it was sent."""

    def __init__(self, test: unittest.TestCase, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._lock = threading.Lock()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(STATE / "tools.pem", STATE / "tools.key")
        self._context.load_verify_locations(STATE / "runtimes-ca.pem")
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[tuple[str, bytes]] = []
        self.connections = 0
        self.names: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()
        test.addCleanup(self.stop)

    def stop(self) -> None:
        """Refuses connections from now on."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # stopped before
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        try:
            with self._context.wrap_socket(accepted, server_side=True) as stream:
                certificate = stream.getpeercert() or {}
                with self._lock:
                    self.connections += 1
                    names: Any = certificate.get("subjectAltName", ())
                    self.names += [value for kind, value in names if kind == "URI"]
                while self._one(stream):
                    pass
        except OSError:
            accepted.close()

    def _one(self, stream: ssl.SSLSocket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = stream.recv(65536)
            if not piece:
                return False
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.decode().split("\r\n") if line.startswith("Content-Length:"))
        while len(body) < length:
            body += stream.recv(65536)
        with self._lock:
            self.requests.append((head.decode(), body))
            script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        return script(stream)
