"""The adapter for MCP: a server of MCP's own SDK in a process, and clients of its SDK."""

from __future__ import annotations

import contextlib
import os
import pathlib
import sys
import unittest
from collections.abc import AsyncIterator
from typing import Any, cast

import mcp
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.types import ElicitResult
from support import CREDENTIALS, TOOLS, USER, Stored, new_tool

from tacit_runtime import Client, NotFound, Overloaded

VALUE = "lin_api_0123456789abcdef"
SERVER = pathlib.Path(__file__).with_name("mcp_server.py")


class McpTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.name = new_tool()

    def parameters(self) -> StdioServerParameters:
        return StdioServerParameters(
            command=sys.executable,
            args=[str(SERVER), USER, self.name],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[ClientSession]:
        """A session of a version up to 2025-11-25."""
        async with stdio_client(self.parameters()) as (incoming, outgoing):
            async with ClientSession(incoming, outgoing) as session:
                await session.initialize()
                yield session

    async def fails(self, session: ClientSession, tool: str, **arguments: Any) -> str:
        result = await session.call_tool(tool, arguments)
        failed = getattr(result, "is_error", None) or getattr(result, "isError", None)
        self.assertTrue(failed, result)
        return text_of(result)


def text_of(result: Any) -> str:
    return str(result.content[0].text)


def schema_of(tool: Any) -> dict[str, Any]:
    schema = getattr(tool, "input_schema", None) or getattr(tool, "inputSchema", None)
    assert isinstance(schema, dict)
    return schema


class ToolsTest(McpTest):
    async def test_get_the_value(self) -> None:
        Stored(self, VALUE, self.name, "api_key")
        async with self.session() as session:
            self.assertEqual(text_of(await session.call_tool("get_issue", {"issue_id": "7"})), "7 of all with 24")
            self.assertEqual(text_of(await session.call_tool("get_user", {})), "**** 24 True")

    async def test_the_client_does_not_see_the_argument(self) -> None:
        async with self.session() as session:
            schemas = {tool.name: schema_of(tool) for tool in (await session.list_tools()).tools}
        self.assertEqual(set(schemas["get_issue"]["properties"]), {"issue_id", "team"})
        self.assertEqual(schemas["get_issue"]["required"], ["issue_id"])
        self.assertEqual(schemas["get_user"].get("properties", {}), {})

    async def test_the_client_cannot_give_the_value(self) -> None:
        Stored(self, VALUE, self.name, "api_key")
        async with self.session() as session:
            result = await session.call_tool("get_issue", {"issue_id": "7", "api_key": "forged"})
        self.assertEqual(text_of(result), "7 of all with 24")

    async def test_a_rejected_value_is_reported(self) -> None:
        stored = Stored(self, VALUE, self.name, "api_key")
        with Client(TOOLS, **CREDENTIALS) as client:
            self.assertRaises(NotFound, client.report, USER, self.name, stored.id)
            async with self.session() as session:
                self.assertIn("its owner is told", await self.fails(session, "refused_by_service"))
            # It was reported a moment ago.
            self.assertRaises(Overloaded, client.report, USER, self.name, stored.id)

    async def test_values_are_removed_from_texts(self) -> None:
        Stored(self, VALUE, self.name, "api_key")
        async with self.session() as session:
            self.assertEqual(text_of(await session.call_tool("repeats_the_value", {"fails": False})), "/?key=****")
            self.assertIn("/?key=****", await self.fails(session, "repeats_the_value", fails=True))

    async def test_a_refusal_tells_the_client_nothing(self) -> None:
        async with self.session() as session:
            text = await self.fails(session, "not_granted")
        self.assertIn("cannot be fetched at present", text)
        self.assertNotIn("spiffe", text)


class MissingTest(McpTest):
    def check_url(self, url: str) -> None:
        self.assertTrue(url.startswith("https://tacit.example.org/console/"), url)
        self.assertIn(self.name, url)

    async def test_is_an_error_up_to_2025_11_25(self) -> None:
        async with self.session() as session:
            with self.assertRaises(Exception) as failed:
                await session.call_tool("get_issue", {"issue_id": "7"})
            error = failed.exception.error  # type: ignore[attr-defined]
            self.assertEqual(error.code, -32042)
            (elicitation,) = mcp.UrlElicitationRequiredError.from_error(error).elicitations
            self.assertEqual(elicitation.mode, "url")
            self.check_url(elicitation.url)
            self.assertIn("'api_key'", elicitation.message)
            (plain,) = error.data["elicitations"]
            self.assertEqual(set(plain), {"mode", "message", "url", "elicitationId"})
            # The user stores it, and the client repeats the call.
            Stored(self, VALUE, self.name, "api_key")
            self.assertEqual(text_of(await session.call_tool("get_issue", {"issue_id": "7"})), "7 of all with 24")

    async def test_is_asked_for_by_a_result_later(self) -> None:
        asked = []

        async def store(context: Any, parameters: Any) -> Any:
            asked.append(parameters)
            Stored(self, VALUE, self.name, "api_key")
            return ElicitResult(action="accept")

        async with mcp.Client(stdio_client(self.parameters()), elicitation_callback=cast(Any, store)) as client:
            result = await client.call_tool("get_issue", {"issue_id": "7"})
        self.assertEqual(text_of(result), "7 of all with 24")
        (parameters,) = asked
        self.assertEqual(parameters.mode, "url")
        self.check_url(parameters.url)

    async def test_is_asked_for_once_later(self) -> None:
        asked = []

        async def decline(context: Any, parameters: Any) -> Any:
            asked.append(parameters)
            return ElicitResult(action="decline")

        async with mcp.Client(stdio_client(self.parameters()), elicitation_callback=cast(Any, decline)) as client:
            result = await client.call_tool("get_issue", {"issue_id": "7"})
        self.assertTrue(result.is_error)
        self.assertIn("Call this tool again when it is stored", text_of(result))
        self.assertEqual(len(asked), 1)

    async def test_is_said_in_words_to_a_client_that_opens_nothing(self) -> None:
        async with mcp.Client(stdio_client(self.parameters())) as client:
            result = await client.call_tool("get_issue", {"issue_id": "7"})
        self.assertTrue(result.is_error)
        self.assertIn("https://tacit.example.org/console/", text_of(result))


if __name__ == "__main__":
    unittest.main()
