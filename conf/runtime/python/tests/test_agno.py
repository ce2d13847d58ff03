"""The adapter for agno, with agno's own toolkits."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import tempfile
import unittest
import uuid
from typing import Any

import agno_table
from agno.tools import Toolkit
from agno.tools.function import FunctionCall
from agno.tools.linear import LinearTools
from agno.tools.zoom import ZoomTools
from support import CREDENTIALS, TOOLS, USER, Stored

from tacit_runtime import AsyncClient, Client, ConfigurationError, Forbidden, MissingCredential
from tacit_runtime.agno import atoolkit, toolkit
from tacit_runtime.agno_functions import registered_functions
from tacit_runtime.agno_toolkits import CREDENTIAL_ARGUMENTS

LINEAR = (
    "get_user_details get_teams_details get_issue_details create_issue update_issue get_user_assigned_issues "
    "get_workflow_issues get_high_priority_issues"
).split()


class Notes(Toolkit):
    """A toolkit of a runtime's own."""

    def __init__(self, api_key: str, base_url: str = "https://notes.example.org", writes: bool = True) -> None:
        self.api_key = api_key
        self.base_url = base_url
        tools: list[Any] = [self.read]
        if writes:
            tools.append(self.write)
        super().__init__(name="notes", tools=tools, async_tools=[(self.aread, "read")])

    def read(self) -> str:
        """Reads."""
        return f"{self.api_key} {self.base_url}"

    async def aread(self) -> str:
        """Reads."""
        return self.read()

    def write(self, text: str) -> str:
        """Writes."""
        return f"{self.api_key} {text}"

    def helper(self) -> None:
        """Is no tool."""


def called(kit: Toolkit, name: str, **arguments: Any) -> Any:
    """The result of a function, as an agent calls it."""
    function = kit.functions[name]
    function.process_entrypoint()
    return FunctionCall(function=function, arguments=arguments).execute().result


class AgnoTest(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(TOOLS, **CREDENTIALS)
        self.addCleanup(self.client.close)
        # Without their own values toolkits take the operator's from the environment.
        self.assertNotIn("LINEAR_API_KEY", os.environ)

    def test_a_toolkit_gets_its_argument(self) -> None:
        stored = Stored(self, "lin_api_0123456789abcdef", "agno__linear__*", "api_key")
        kit = toolkit(LinearTools, self.client, USER)
        self.assertEqual(kit.api_key, stored.value)
        self.assertEqual(kit.headers, {"Authorization": stored.value})
        self.assertEqual(list(kit.functions), LINEAR)
        self.assertNotIn(stored.value, repr(kit))

    def test_the_same_with_asyncio(self) -> None:
        stored = Stored(self, "lin_api_0123456789abcdef", "agno__linear__*", "api_key")

        async def make() -> LinearTools:
            async with AsyncClient(TOOLS, **CREDENTIALS) as client:
                return await atoolkit(LinearTools, client, USER)

        self.assertEqual(asyncio.run(make()).api_key, stored.value)

    def test_each_function_has_its_own_value(self) -> None:
        Stored(self, "value-for-all-0123456789", "agno__notes__*", "api_key")
        Stored(self, "value-to-write-0123456789", "agno__notes__write", "api_key")
        kit = toolkit(Notes, self.client, USER, name="notes", arguments=["api_key"])
        self.assertEqual(called(kit, "read"), "value-for-all-0123456789 https://notes.example.org")
        self.assertEqual(called(kit, "write", text="x"), "value-to-write-0123456789 x")
        self.assertEqual(list(kit.async_functions), ["read"])

    def test_a_function_without_a_value_is_left_out(self) -> None:
        Stored(self, "value-to-read-0123456789", "agno__notes__read", "api_key")
        with self.assertLogs("tacit_runtime", "WARNING") as logged:
            kit = toolkit(Notes, self.client, USER, name="notes", arguments=["api_key"])
        self.assertEqual((list(kit.functions), list(kit.async_functions)), (["read"], ["read"]))
        self.assertIn("left out agno__notes__write: MissingCredential", "".join(logged.output))

    def test_nothing_is_there(self) -> None:
        with self.assertRaises(MissingCredential) as failed:
            toolkit(LinearTools, self.client, USER)
        (missing,) = failed.exception.missing
        self.assertEqual(missing.argument, "api_key")
        self.assertTrue((missing.add_url or "").startswith("https://tacit.example.org/console/"))

    def test_what_is_no_credential_is_not_filled(self) -> None:
        Stored(self, "value-0123456789", "agno__notes__*", "api_key")
        Stored(self, "https://attacker.example.org", "agno__notes__*", "base_url")
        kit = toolkit(Notes, self.client, USER, name="notes", arguments=["api_key"])
        self.assertEqual(kit.base_url, "https://notes.example.org")

    def test_what_is_given_wins(self) -> None:
        Stored(self, "value-0123456789", "agno__notes__*", "api_key")
        kit = toolkit(Notes, self.client, USER, name="notes", arguments=["api_key"], api_key="given", writes=False)
        self.assertEqual(called(kit, "read"), "given https://notes.example.org")
        self.assertEqual(list(kit.functions), ["read"])

    def test_several_arguments(self) -> None:
        for argument in ("account_id", "client_secret"):
            Stored(self, f"value-of-{argument}-0123", "agno__zoom__*", argument)
        kit = toolkit(ZoomTools, self.client, USER, client_id="given")
        self.assertEqual(
            (kit.account_id, kit.client_id, kit.client_secret),
            ("value-of-account_id-0123", "given", "value-of-client_secret-0123"),
        )
        required = ["account_id", "client_id", "client_secret"]
        with self.assertLogs("tacit_runtime"), self.assertRaises(MissingCredential) as failed:
            toolkit(ZoomTools, self.client, USER, required=required)
        self.assertEqual([each.argument for each in failed.exception.missing], ["client_id"])

    def test_a_toolkit_that_is_not_granted(self) -> None:
        with self.assertLogs("tacit_runtime"), self.assertRaises(Forbidden):
            toolkit(Notes, self.client, USER, name=f"other_{uuid.uuid4().hex}", arguments=["api_key"])

    def test_toolkits_of_ones_own_say_more(self) -> None:
        self.assertRaisesRegex(ConfigurationError, "pass its name", toolkit, Notes, self.client, USER)
        self.assertRaisesRegex(
            ConfigurationError, "pass the arguments", toolkit, Notes, self.client, USER, name="notes"
        )


class TableTest(unittest.TestCase):
    """agno_toolkits.py and AGNO.md agree with the library; else run tests/agno_table.py --write."""

    def test_is_that_of_the_library(self) -> None:
        table = agno_table.toolkits()
        self.assertEqual(CREDENTIAL_ARGUMENTS, table)
        self.assertEqual(agno_table.MODULE.read_text("utf-8"), agno_table.module_text(table))
        self.assertEqual(agno_table.PAGE.read_text("utf-8"), agno_table.page_text(table))
        self.assertEqual(table["agno.tools.linear.LinearTools"], ("api_key",))
        self.assertEqual(table["agno.tools.slack.SlackTools"], ("token", "user_token"))

    def test_functions_are_those_that_toolkits_register(self) -> None:
        compared = []
        logging.getLogger("agno").setLevel(logging.CRITICAL)
        folder = tempfile.TemporaryDirectory()  # some write files where they are
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        for name, arguments in CREDENTIAL_ARGUMENTS.items():
            module, _, kind = name.rpartition(".")
            try:
                made = getattr(importlib.import_module(module), kind)(**dict.fromkeys(arguments, "x" * 32))
            except Exception:
                continue  # it needs a package, or settings, of its own
            known = set(registered_functions(type(made), {}))
            self.assertLessEqual(set(made.functions) | set(made.async_functions), known, name)
            compared.append(known == set(made.functions) | set(made.async_functions))
        self.assertGreaterEqual(len(compared), 25)
        self.assertGreaterEqual(sum(compared), len(compared) * 0.95)


if __name__ == "__main__":
    unittest.main()
