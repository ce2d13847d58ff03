"""What the tests share: the deployment that test/runtime/python.sh started, and one surface for both clients."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import pathlib
import ssl
import threading
import unittest
import uuid
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tacit_runtime import AsyncClient, Client, Released, Resolution, SecretValue, ToolRequest

T = TypeVar("T")


def _named(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set: test/runtime/python.sh runs these tests")
    return value


STATE = pathlib.Path(_named("TACIT_TEST_STATE"))
API = _named("TACIT_TEST_API")
TOOLS = _named("TACIT_TEST_TOOLS")
USER = _named("TACIT_TEST_USER")

CREDENTIALS: dict[str, Any] = {
    "certificate": STATE / "runtime.pem",
    "key": STATE / "runtime.key",
    "ca": STATE / "servers-ca.pem",
}


def api(method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """A request of the demo user to the API plane."""
    context = ssl.create_default_context(cafile=str(STATE / "servers-ca.pem"))
    connection = http.client.HTTPSConnection(urlsplit(API).netloc, context=context, timeout=30)
    name, _, key = (STATE / "api-key.header").read_text().strip().partition(": ")
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {name: key, "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    finally:
        connection.close()


class Stored:
    """A secret of the demo user, which the test's end deletes."""

    def __init__(
        self, test: unittest.TestCase, value: str, tool_name: str | None, tool_arg: str | None, **more: Any
    ) -> None:
        self.name = f"secret {uuid.uuid4()}"
        self.value = value
        body: dict[str, Any] = {"secret_name": self.name, "secret_value": value, **more}
        if tool_name is not None:
            body |= {"tool_name": tool_name, "tool_arg": tool_arg, "is_default_for_tool": tool_arg is not None}
        status, answer = api("POST", "/api/v1/secrets/", body)
        test.assertEqual(status, 200, answer)
        self.id = str(answer["secret_id"])
        test.addCleanup(api, "DELETE", f"/api/v1/secrets/{self.id}")


def new_tool(toolkit: str = "linear") -> str:
    """The name of a tool that no other test has, which the runtime is granted."""
    return f"agno__{toolkit}__{uuid.uuid4().hex}"


class Blocking:
    """An ``AsyncClient`` that is called like a ``Client``."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = AsyncClient(*arguments, **named)

    def _wait(self, operation: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(operation, self._loop).result(60)

    def resolve(self, user_id: object, tool_name: str, **named: Any) -> Resolution:
        return self._wait(self._client.resolve(user_id, tool_name, **named))

    def resolve_many(self, user_id: object, tools: list[ToolRequest | str], **named: Any) -> list[Resolution]:
        return self._wait(self._client.resolve_many(user_id, tools, **named))

    def report(
        self,
        user_id: object,
        tool_name: str,
        secret: Released | str,
        *,
        user_token: str | SecretValue | None = None,
    ) -> None:
        self._wait(self._client.report(user_id, tool_name, secret, user_token=user_token))

    def close(self) -> None:
        self._wait(self._client.close())

    def end(self) -> None:
        """Closes the client, and ends the loop."""
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class WithBothClients(unittest.TestCase):
    """A base for tests that run once with each client: see ``with_both_clients``."""

    kind: type[Client] | type[Blocking] = Client

    def client(self, addresses: str | list[str] = TOOLS, **named: Any) -> Client | Blocking:
        """A client with the runtime's certificate, which the test's end closes."""
        made = self.kind(addresses, **{**CREDENTIALS, **named})
        self.addCleanup(made.end if isinstance(made, Blocking) else made.close)
        return made


def with_both_clients(scope: dict[str, Any], *bases: type[WithBothClients]) -> None:
    """Puts two classes of tests for each of `bases` into the module `scope`: with Client and with AsyncClient."""
    for base in bases:
        del scope[base.__name__]
        for kind in (Client, Blocking):
            name = f"{base.__name__}With{'Client' if kind is Client else 'AsyncClient'}"
            scope[name] = type(name, (base,), {"kind": kind, "__module__": base.__module__})
