"""A value shows itself nowhere but by reveal()."""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import pickle
import traceback
import unittest

from tacit_runtime import Missing, MissingCredential, Resolution, SecretValue
from tacit_runtime.answers import read_resolution
from tacit_runtime.errors import MalformedAnswer
from tacit_runtime.http_answer import Answer
from tacit_runtime.resolution import ToolRequest

TEXT = "lin_api_0123456789äöü"


class SecretValueTest(unittest.TestCase):
    def setUp(self) -> None:
        self.value = SecretValue(TEXT)

    def test_is_hidden_when_printed(self) -> None:
        texts = [repr(self.value), str(self.value), f"{self.value}", f"{self.value:>20}", f"{self.value!r}"]
        texts += ["%s" % self.value, "{}".format(self.value), "%r" % (self.value,)]
        self.assertEqual(set(texts), {"****"})
        self.assertEqual(f"{[self.value]} { ({'a': self.value}) }", "[****] {'a': ****}")

    def test_is_hidden_in_a_log(self) -> None:
        with self.assertLogs("test", "INFO") as logged:
            logging.getLogger("test").info("value %s %r", self.value, self.value)
        self.assertEqual(logged.output, ["INFO:test:value **** ****"])

    def test_is_revealed_on_demand(self) -> None:
        self.assertEqual(self.value.reveal(), TEXT)
        self.assertEqual(SecretValue(TEXT.encode()).reveal(), TEXT)
        self.assertRaises(TypeError, SecretValue, 5)

    def test_is_not_serialized(self) -> None:
        for document in (self.value, {"a": [self.value]}):
            with self.assertRaises(TypeError) as failed:
                json.dumps(document)
            self.assertNotIn(TEXT, str(failed.exception))
        self.assertEqual(json.dumps(self.value, default=str), '"****"')
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            self.assertRaises(TypeError, pickle.dumps, self.value, protocol)
        self.assertRaises(TypeError, vars, self.value)

    def test_a_copy_is_the_value_itself(self) -> None:
        self.assertIs(copy.copy(self.value), self.value)
        self.assertIs(copy.deepcopy({"a": self.value})["a"], self.value)

    def test_compares(self) -> None:
        self.assertEqual(self.value, SecretValue(TEXT))
        self.assertEqual(self.value, TEXT)
        self.assertNotEqual(self.value, SecretValue(TEXT + "x"))
        self.assertNotEqual(self.value, "")
        self.assertNotEqual(self.value, 5)
        self.assertRaises(TypeError, hash, self.value)

    def test_is_wiped(self) -> None:
        content = self.value._content
        assert content is not None
        self.value.wipe()
        self.value.wipe()
        self.assertEqual(content, bytes(len(TEXT.encode())))
        self.assertTrue(self.value.wiped)
        self.assertRaises(ValueError, self.value.reveal)
        self.assertEqual(str(self.value), "****")
        with self.assertRaises(ValueError):
            self.value == SecretValue(TEXT)

    def test_is_wiped_when_collected(self) -> None:
        content = self.value._content
        del self.value
        self.assertEqual(content, bytes(len(TEXT.encode())))


def answered(body: str) -> Answer:
    return Answer(200, {}, bytearray(body.encode()), True)


def frames_of_failure(body: str) -> str:
    """The failure with the variables of the package's functions, as an error tracker shows them."""
    answer = answered(body)
    del body
    try:
        read_resolution(answer, ToolRequest("tool"))
    except MalformedAnswer as error:
        assert error.__traceback__ is not None
        below = error.__traceback__.tb_next
        assert error.__context__ is None
        return "".join(traceback.TracebackException(type(error), error, below, capture_locals=True).format())
    raise AssertionError("it was understood")


class ResolutionTest(unittest.TestCase):
    item = (
        f'{{"value": "{TEXT}", "secret_id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "secret_name": "my name",'
        '"updated_at": "2026-01-31T12:00:00.5Z", "expires_at": "2027-01-31T12:00:00+02:00"}'
    )

    def read(self) -> Resolution:
        return read_resolution(answered(f'{{"arguments": {{"api_key": {self.item}}}}}'), ToolRequest("tool"))

    def test_is_hidden_with_the_name(self) -> None:
        resolution = self.read()
        for text in (repr(resolution), str(resolution.values()), repr(dataclasses.asdict(resolution))):
            self.assertNotIn(TEXT, text)
        self.assertNotIn("my name", repr(resolution))
        self.assertEqual(resolution.arguments["api_key"].secret_name, "my name")

    def test_has_instants(self) -> None:
        one = self.read().arguments["api_key"]
        self.assertEqual(one.updated_at.isoformat(), "2026-01-31T12:00:00.500000+00:00")
        assert one.expires_at is not None
        self.assertEqual(one.expires_at.isoformat(), "2027-01-31T12:00:00+02:00")

    def test_wipes_its_values_at_the_end(self) -> None:
        with self.read() as resolution:
            value = resolution.value("api_key")
            self.assertEqual(value.reveal(), TEXT)
        self.assertTrue(value.wiped)

    def test_wipes_the_answer(self) -> None:
        answer = answered(f'{{"arguments": {{"api_key": {self.item}}}}}')
        read_resolution(answer, ToolRequest("tool"))
        self.assertEqual(answer.body, bytes(len(answer.body)))

    def test_requires(self) -> None:
        missing = Missing("token", "expired", "https://tacit.example.org/console/", "tool")
        resolution = Resolution("tool", self.read().arguments, (missing,))
        self.assertIs(resolution.require("api_key"), resolution)
        with self.assertRaises(MissingCredential) as lacking:
            resolution.require("api_key", "token", "other")
        self.assertEqual([each.argument for each in lacking.exception.missing], ["token", "other"])
        self.assertIn("'token' has expired for tool; it can be stored at https://tacit.", str(lacking.exception))
        self.assertIn("'other' is missing", str(lacking.exception))

    def test_redacts(self) -> None:
        self.assertEqual(self.read().redact(f"bad key {TEXT}, really {TEXT}"), "bad key ****, really ****")

    def test_an_answer_that_is_not_understood_is_not_shown(self) -> None:
        broken = [
            f'{{"arguments": {{"api_key": {self.item}}}',
            f'{{"arguments": [{self.item}]}}',
            f'{{"arguments": {{"api_key": {self.item.replace("2026-01-31T12:00:00.5Z", "yesterday")}}}}}',
            f'{{"arguments": {{"api_key": {self.item.replace("2027-01-31T12", "x")}}}}}',
            f'{{"arguments": {{"api_key": {self.item}}}, "missing": [{{"reason": "none"}}]}}',
            f'["{TEXT}"]',
            f'"{TEXT}',
            "[" * 100000,
        ]
        for body in broken:
            with self.subTest(body[:40]):
                self.assertNotIn(TEXT, frames_of_failure(body))


if __name__ == "__main__":
    unittest.main()
