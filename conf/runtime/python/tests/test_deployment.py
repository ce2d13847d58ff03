"""Both clients against the real server."""

from __future__ import annotations

import time
import unittest
import uuid
from datetime import datetime, timedelta, timezone

from support import STATE, USER, Stored, WithBothClients, new_tool, with_both_clients

from tacit_runtime import Forbidden, Invalid, MissingCredential, NotFound, Overloaded, ToolRequest


class Resolve(WithBothClients):
    def test_a_default(self) -> None:
        stored = Stored(self, "lin_api_0123456789äöü", tool := new_tool(), "api_key")
        resolution = self.client().resolve(USER, tool)
        one = resolution.arguments["api_key"]
        self.assertEqual(one.value.reveal(), stored.value)
        self.assertEqual((one.secret_id, one.secret_name, one.expires_at), (stored.id, stored.name, None))
        self.assertNotIn(stored.value, repr(resolution))
        self.assertEqual(resolution.missing, ())

    def test_a_uuid_as_the_user(self) -> None:
        self.assertEqual(self.client().resolve(uuid.UUID(USER), new_tool()).arguments, {})

    def test_a_provided_argument_gets_nothing(self) -> None:
        Stored(self, "value-0123456789", tool := new_tool(), "api_key")
        self.assertEqual(self.client().resolve(USER, tool, provided_args=["api_key"]).arguments, {})

    def test_a_secret_by_name(self) -> None:
        stored = Stored(self, "value-0123456789", None, None)
        resolution = self.client().resolve(USER, new_tool(), secrets={"token": stored.name})
        self.assertEqual(resolution.value("token").reveal(), stored.value)

    def test_secrets_by_name_that_are_withheld(self) -> None:
        bound = Stored(self, "value-0123456789", new_tool(), "api_key")
        fine = Stored(self, "value-0123456789", None, None)
        named = {"api_key": bound.name, "token": 'no "such" name', "other": fine.name}
        with self.assertRaises(Forbidden) as failed:
            self.client().resolve(USER, new_tool(), secrets=named)
        withheld = {(each.argument, each.secret_name, each.reason) for each in failed.exception.withheld}
        self.assertEqual(
            withheld, {("api_key", bound.name, "not_bound"), ("token", 'no "such" name', "not_found")}, failed.exception
        )

    def test_what_is_missing(self) -> None:
        stored = Stored(self, "value-0123456789", tool := new_tool(), "api_key")
        asked = ["api_key", "token", "team"]
        resolution = self.client().resolve(USER, tool, provided_args=["team"], wanted_args=asked)
        self.assertEqual(resolution.value("api_key").reveal(), stored.value)
        (missing,) = resolution.missing
        self.assertEqual((missing.argument, missing.reason, missing.tool_name), ("token", "none", tool))
        assert missing.add_url is not None
        self.assertTrue(missing.add_url.startswith("https://tacit.example.org/console/"), missing.add_url)
        self.assertIn(tool, missing.add_url)

    def test_a_secret_that_expires(self) -> None:
        expires_at = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=4)
        stored = Stored(self, "value-0123456789", tool := new_tool(), "api_key", expires_at=expires_at.isoformat())
        client = self.client()
        resolution = client.resolve(USER, tool, wanted_args=["api_key"])
        self.assertEqual((resolution.arguments["api_key"].expires_at, resolution.missing), (expires_at, ()))
        time.sleep((expires_at - datetime.now(timezone.utc)).total_seconds() + 0.2)
        resolution = client.resolve(USER, tool, wanted_args=["api_key"])
        self.assertEqual((resolution.arguments, resolution.missing[0].reason), ({}, "expired"))
        self.assertRaisesRegex(MissingCredential, "'api_key' has expired", resolution.require, "api_key")
        with self.assertRaises(Forbidden) as failed:
            client.resolve(USER, tool, secrets={"api_key": stored.name})
        self.assertEqual([each.reason for each in failed.exception.withheld], ["expired"])

    def test_a_tool_that_is_not_granted(self) -> None:
        with self.assertRaises(Forbidden) as failed:
            self.client().resolve(USER, "agno__github__get_issue")
        self.assertIn("uri:spiffe://demo/runtime", failed.exception.detail)
        self.assertEqual(failed.exception.withheld, ())
        other = self.client(certificate=STATE / "other-runtime.pem", key=STATE / "other-runtime.key")
        self.assertEqual(other.resolve(USER, "agno__github__get_issue").arguments, {})

    def test_faults(self) -> None:
        client = self.client()
        for user, tool, loc in ((USER, "agno__*", ("body", "tool_name")), ("me", new_tool(), ("body", "user_id"))):
            with self.assertRaises(Invalid) as failed:
                client.resolve(user, tool)
            self.assertEqual([fault.loc for fault in failed.exception.faults], [loc])


class ResolveMany(WithBothClients):
    def test_in_the_order_asked(self) -> None:
        toolkit = uuid.uuid4().hex
        stored = Stored(self, "value-0123456789", f"agno__linear__{toolkit}_*", "api_key")
        tools: list[ToolRequest | str] = [f"agno__linear__{toolkit}_{number}" for number in range(21)]
        tools[7] = "agno__github__get_issue"
        tools[9] = ToolRequest(f"agno__linear__{toolkit}_9", wanted_args=["token"], provided_args=["api_key"])
        resolutions = self.client().resolve_many(USER, tools)
        self.assertEqual(
            [each.tool_name for each in resolutions],
            [tool.tool_name if isinstance(tool, ToolRequest) else tool for tool in tools],
        )
        for number, resolution in enumerate(resolutions):
            if number == 7:
                self.assertIsInstance(resolution.refusal, Forbidden)
                self.assertRaises(Forbidden, resolution.require)
            elif number == 9:
                self.assertEqual((resolution.arguments, resolution.missing[0].argument), ({}, "token"))
            else:
                self.assertEqual(resolution.value("api_key").reveal(), stored.value)

    def test_withheld_secrets_of_one(self) -> None:
        stored = Stored(self, "value-0123456789", tool := new_tool(), "api_key")
        refused, fine = self.client().resolve_many(
            USER, [ToolRequest(new_tool(), secrets={"api_key": stored.name}), tool]
        )
        assert refused.refusal is not None
        self.assertEqual([each.reason for each in refused.refusal.withheld], ["not_bound"])
        self.assertEqual(fine.value("api_key").reveal(), stored.value)

    def test_more_than_one_request_takes(self) -> None:
        tools = [new_tool() for _ in range(70)]
        resolutions = self.client().resolve_many(USER, list(tools))
        self.assertEqual([each.tool_name for each in resolutions], tools)

    def test_none(self) -> None:
        self.assertEqual(self.client().resolve_many(USER, []), [])


class Report(WithBothClients):
    def test_a_released_value(self) -> None:
        Stored(self, "value-0123456789", tool := new_tool(), "api_key")
        client = self.client()
        one = client.resolve(USER, tool).arguments["api_key"]
        client.report(USER, tool, one)
        with self.assertRaises(Overloaded) as failed:
            client.report(USER, tool, one.secret_id)
        self.assertEqual(failed.exception.status, 429)

    def test_a_value_that_was_not_released(self) -> None:
        stored = Stored(self, "value-0123456789", tool := new_tool(), "api_key")
        self.assertRaises(NotFound, self.client().report, USER, tool, stored.id)


with_both_clients(globals(), Resolve, ResolveMany, Report)

if __name__ == "__main__":
    unittest.main()
