"""The adapter for LangChain, with langchain-core's own tools."""

from __future__ import annotations

import asyncio
import json
import traceback
import unittest
from typing import Annotated, Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, InjectedToolArg, StructuredTool, ToolException, tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, field_validator
from scripted_server import ScriptedServer, answer, released
from support import CREDENTIALS, TOOLS, USER, Stored, new_tool

from tacit_runtime import AsyncClient, Client, ConfigurationError, CredentialRejected, NotFound, Overloaded, SecretValue
from tacit_runtime.langchain import FromTacit, ToolCredentialMissing, with_credentials

VALUE = "lin_api_0123456789abcdef"
CONFIG: RunnableConfig = {"configurable": {"user_id": USER}}


@tool
def get_issue(issue_id: str, api_key: Annotated[str, FromTacit], team: str = "all") -> str:
    """Gets an issue.

    Args:
        issue_id: which one
    """
    return f"{issue_id} of {team} with {len(api_key)} {'right' if api_key == VALUE else 'wrong'}"


class Recorder(BaseCallbackHandler):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_tool_start(self, *arguments: Any, **named: Any) -> None:
        self.seen.append(repr((arguments, named)))

    def on_tool_end(self, output: Any, **named: Any) -> None:
        self.seen.append(repr((output, named)))


class LangChainTest(unittest.TestCase):
    def setUp(self) -> None:
        self.name = new_tool()
        self.client = Client(TOOLS, **CREDENTIALS)
        self.addCleanup(self.client.close)

    def with_value(self) -> None:
        self.stored = Stored(self, VALUE, self.name, "api_key")

    def test_the_tool_gets_the_value(self) -> None:
        self.with_value()
        recorder = Recorder()
        made = with_credentials(get_issue, self.client, tool_name=self.name)
        result = made.invoke({"issue_id": "7"}, {**CONFIG, "callbacks": [recorder]})
        self.assertEqual(result, "7 of all with 24 right")
        self.assertEqual(len(recorder.seen), 2)
        self.assertNotIn(VALUE, "".join(recorder.seen))

    def test_the_model_does_not_see_the_argument(self) -> None:
        made = with_credentials(get_issue, self.client, tool_name=self.name)
        schema = convert_to_openai_tool(made)["function"]
        self.assertEqual(set(schema["parameters"]["properties"]), {"issue_id", "team"})
        self.assertEqual(schema["parameters"]["required"], ["issue_id"])
        self.assertNotIn("api_key", json.dumps(schema))
        self.assertEqual((made.name, made.description), (get_issue.name, get_issue.description))

    def test_the_model_cannot_give_the_value(self) -> None:
        self.with_value()
        made = with_credentials(get_issue, self.client, tool_name=self.name)
        call = {"name": made.name, "id": "1", "type": "tool_call", "args": {"issue_id": "7", "api_key": "forged"}}
        self.assertEqual(made.invoke(call, CONFIG).content, "7 of all with 24 right")

    def test_asyncio(self) -> None:
        self.with_value()

        @tool
        async def fetch(issue_id: str, api_key: Annotated[str, FromTacit]) -> str:
            """Gets an issue."""
            return f"{issue_id} {api_key == VALUE}"

        async def run() -> list[Any]:
            async with AsyncClient(TOOLS, **CREDENTIALS) as client:
                with_async = [with_credentials(each, client, tool_name=self.name) for each in (fetch, get_issue)]
                blocking = [with_credentials(each, self.client, tool_name=self.name) for each in (fetch, get_issue)]
                return [await each.ainvoke({"issue_id": "7"}, CONFIG) for each in with_async + blocking]

        self.assertEqual(asyncio.run(run()), ["7 True", "7 of all with 24 right"] * 2)

    def test_an_async_client_is_not_called_blocking(self) -> None:
        made = with_credentials(get_issue, AsyncClient(TOOLS, **CREDENTIALS), tool_name=self.name)
        self.assertRaisesRegex(ConfigurationError, "ainvoke", made.invoke, {"issue_id": "7"}, CONFIG)

    def test_a_hidden_value(self) -> None:
        self.with_value()

        @tool
        def fetch(api_key: Annotated[SecretValue, FromTacit]) -> str:
            """Fetches."""
            return f"{api_key} {api_key.reveal() == VALUE}"

        self.assertEqual(with_credentials(fetch, self.client, tool_name=self.name).invoke({}, CONFIG), "**** True")

    def test_a_missing_value(self) -> None:
        made = with_credentials(get_issue, self.client, tool_name=self.name)
        with self.assertRaises(ToolCredentialMissing) as failed:
            made.invoke({"issue_id": "7"}, CONFIG)
        self.assertIsInstance(failed.exception, ToolException)
        (missing,) = failed.exception.missing
        self.assertTrue((missing.add_url or "").startswith("https://tacit.example.org/console/"))
        made.handle_tool_error = True
        self.assertIn("https://tacit.example.org/console/", made.invoke({"issue_id": "7"}, CONFIG))

    def test_a_rejected_value_is_reported(self) -> None:
        self.with_value()

        @tool
        def fetch(api_key: Annotated[str, FromTacit]) -> str:
            """Fetches."""
            raise CredentialRejected("api_key")

        made = with_credentials(fetch, self.client, tool_name=self.name)
        self.assertRaises(NotFound, self.client.report, USER, self.name, self.stored.id)
        self.assertRaises(CredentialRejected, made.invoke, {}, CONFIG)
        # It was reported a moment ago.
        self.assertRaises(Overloaded, self.client.report, USER, self.name, self.stored.id)

    def test_values_are_removed_from_texts(self) -> None:
        self.with_value()

        @tool
        def fetch(fails: bool, api_key: Annotated[str, FromTacit]) -> str:
            """Fetches."""
            if fails:
                raise OSError(f"no answer from /?key={api_key}")
            return f"/?key={api_key}"

        made = with_credentials(fetch, self.client, tool_name=self.name)
        self.assertEqual(made.invoke({"fails": False}, CONFIG), "/?key=****")
        with self.assertRaises(ToolException) as failed:
            made.invoke({"fails": True}, CONFIG)
        shown = "".join(traceback.format_exception(failed.exception))
        self.assertIn("no answer from /?key=****", shown)
        self.assertNotIn(VALUE, shown)
        self.assertRaises(ToolException, asyncio.run, made.ainvoke({"fails": True}, CONFIG))

    def test_the_token_of_the_user(self) -> None:
        server = ScriptedServer(self, answer(200, released(VALUE)))
        with Client(server.url, **CREDENTIALS) as client:
            made = with_credentials(get_issue, client, user_token=lambda config: config["configurable"]["token"])
            made.invoke({"issue_id": "7"}, {"configurable": {"user_id": USER, "token": "a.b.c"}})
        self.assertIn("\r\nAuthorization: Bearer a.b.c", server.requests[0][0])

    def test_users(self) -> None:
        self.with_value()
        of_config = with_credentials(
            get_issue, self.client, tool_name=self.name, user_id=lambda config: config["metadata"]["user"]
        )
        self.assertIn("right", of_config.invoke({"issue_id": "7"}, {"metadata": {"user": USER}}))
        fixed = with_credentials(get_issue, self.client, tool_name=self.name, user_id=USER)
        self.assertIn("right", fixed.invoke({"issue_id": "7"}))
        none = with_credentials(get_issue, self.client, tool_name=self.name)
        self.assertRaisesRegex(ConfigurationError, "there is no user", none.invoke, {"issue_id": "7"})


class SchemasTest(unittest.TestCase):
    def setUp(self) -> None:
        self.name = new_tool()
        self.client = Client(TOOLS, **CREDENTIALS)
        self.addCleanup(self.client.close)
        Stored(self, VALUE, self.name, "api_key")

    def check(self, inner: BaseTool) -> None:
        made = with_credentials(inner, self.client, tool_name=self.name, arguments=["api_key"])
        self.assertNotIn("api_key", json.dumps(convert_to_openai_tool(made)))
        self.assertEqual(made.invoke({"issue_id": "7"}, CONFIG), "7 True")

    def test_a_model_of_pydantic(self) -> None:
        class Arguments(BaseModel):
            issue_id: str
            api_key: str

            @field_validator("issue_id")
            @classmethod
            def strip(cls, issue_id: str) -> str:
                return issue_id.strip()

        def fetch(issue_id: str, api_key: str) -> str:
            return f"{issue_id} {api_key == VALUE}"

        inner = StructuredTool.from_function(fetch, name="fetch", description="Fetches.", args_schema=Arguments)
        self.check(inner)
        made = with_credentials(inner, self.client, tool_name=self.name, arguments=["api_key"])
        self.assertEqual(made.invoke({"issue_id": " 7 "}, CONFIG), "7 True")

    def test_a_json_schema(self) -> None:
        text = {"type": "string"}
        schema = {
            "type": "object",
            "properties": {"issue_id": text, "api_key": text},
            "required": ["issue_id", "api_key"],
        }

        def fetch(issue_id: str, api_key: str) -> str:
            return f"{issue_id} {api_key == VALUE}"

        self.check(StructuredTool.from_function(fetch, name="fetch", description="Fetches.", args_schema=schema))

    def test_a_class(self) -> None:
        class Fetch(BaseTool):
            name: str = "fetch"
            description: str = "Fetches."

            def _run(self, issue_id: str, api_key: str) -> str:
                return f"{issue_id} {api_key == VALUE}"

        self.check(Fetch())

    def test_other_injected_arguments_stay(self) -> None:
        @tool
        def fetch(issue_id: str, state: Annotated[str, InjectedToolArg], api_key: Annotated[str, FromTacit]) -> str:
            """Fetches."""
            return f"{issue_id} {state} {api_key == VALUE}"

        made = with_credentials(fetch, self.client, tool_name=self.name)
        self.assertEqual(set(convert_to_openai_tool(made)["function"]["parameters"]["properties"]), {"issue_id"})
        self.assertEqual(made.invoke({"issue_id": "7", "state": "s"}, CONFIG), "7 s True")

    def test_nothing_to_fill(self) -> None:
        @tool
        def plain(issue_id: str) -> str:
            """Fetches."""
            return issue_id

        self.assertRaisesRegex(ConfigurationError, "FromTacit", with_credentials, plain, self.client)


if __name__ == "__main__":
    unittest.main()
