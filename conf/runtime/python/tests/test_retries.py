"""Time-outs, repeats, several servers, and connections that are kept."""

from __future__ import annotations

import os
import socket
import time
import unittest
from unittest import mock

from scripted_server import ScriptedServer, answer, raw, released, silence, trickle
from support import USER, WithBothClients, with_both_clients

from tacit_runtime import (
    ConfigurationError,
    Conflict,
    Forbidden,
    Invalid,
    Limits,
    MalformedAnswer,
    NotFound,
    Overloaded,
    ServerError,
    TimedOut,
    Unauthorized,
    Unavailable,
)

TOOL = "agno__linear__get_issue_details"
FINE = answer(200, released())


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"https://127.0.0.1:{listener.getsockname()[1]}"


class Repeats(WithBothClients):
    def test_asks_again_after_retry_after(self) -> None:
        for status in (429, 503):
            server = ScriptedServer(self, answer(status, {"detail": "later"}, Retry_After="1"), FINE)
            begin = time.monotonic()
            self.assertIn("api_key", self.client(server.url).resolve(USER, TOOL).arguments)
            self.assertGreaterEqual(time.monotonic() - begin, 1.0)
            self.assertEqual(len(server.requests), 2)

    def test_does_not_wait_longer_than_it_may(self) -> None:
        server = ScriptedServer(self, answer(429, {"detail": "later"}, Retry_After="60"))
        client = self.client(server.url, limits=Limits(total_timeout=5))
        begin = time.monotonic()
        with self.assertRaises(Overloaded) as failed:
            client.resolve(USER, TOOL)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual((failed.exception.retry_after, failed.exception.status), (60.0, 429))
        self.assertEqual(len(server.requests), 1)

    def test_retry_after_as_a_date(self) -> None:
        server = ScriptedServer(
            self, answer(503, {"detail": "later"}, Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"), FINE
        )
        self.client(server.url).resolve(USER, TOOL)
        self.assertEqual(len(server.requests), 2)

    def test_ends_after_its_attempts(self) -> None:
        for script, error in (
            (answer(503, {"detail": "no"}), Overloaded),
            (answer(409, {"detail": "no"}), Conflict),
            (raw(b""), Unavailable),
        ):
            server = ScriptedServer(self, script)
            client = self.client(server.url, limits=Limits(attempts=3))
            self.assertRaises(error, client.resolve, USER, TOOL)
            self.assertEqual(len(server.requests), 3)

    def test_does_not_repeat_what_stays_so(self) -> None:
        for status, error in (
            (400, Invalid),
            (401, Unauthorized),
            (403, Forbidden),
            (404, NotFound),
            (422, Invalid),
            (500, ServerError),
            (507, ServerError),
            (302, ServerError),
        ):
            server = ScriptedServer(
                self, answer(status, {"detail": "no\x1b[31m"}, Location=closed_port(), X_Request_Id="r-1")
            )
            with self.subTest(status), self.assertRaises(error) as failed:
                self.client(server.url).resolve(USER, TOOL)
            self.assertEqual(str(failed.exception), f"{status}: no [31m (request r-1)")
            self.assertEqual(len(server.requests), 1)

    def test_faults(self) -> None:
        fault = {"type": "string_too_short", "loc": ["body", "secrets", "api_key"], "msg": "too short", "x": 1}
        server = ScriptedServer(self, answer(422, {"detail": [fault]}))
        with self.assertRaises(Invalid) as failed:
            self.client(server.url).resolve(USER, TOOL)
        self.assertEqual(failed.exception.faults[0].loc, ("body", "secrets", "api_key"))
        self.assertEqual(failed.exception.detail, "body.secrets.api_key: too short")

    def test_a_report_that_may_have_arrived_is_done(self) -> None:
        server = ScriptedServer(self, raw(b""), answer(429, {"detail": "too soon"}, Retry_After="50"))
        self.client(server.url).report(USER, TOOL, "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b")
        self.assertEqual(len(server.requests), 2)
        with self.assertRaises(Overloaded):
            self.client(server.url).report(USER, TOOL, "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b")


class Answers(WithBothClients):
    def test_too_large(self) -> None:
        server = ScriptedServer(self, answer(200, released("x" * 5000)))
        client = self.client(server.url, limits=Limits(largest_answer=4096))
        self.assertRaisesRegex(MalformedAnswer, "more than 4096 bytes", client.resolve, USER, TOOL)
        self.assertEqual(len(server.requests), 1)

    def test_as_large_as_answers_are(self) -> None:
        value = "0123456789abcdef" * (256 * 1024)  # 4 MiB
        client = self.client(ScriptedServer(self, answer(200, released(value))).url)
        self.assertEqual(client.resolve(USER, TOOL).value("api_key"), value)

    def test_not_http(self) -> None:
        client = self.client(ScriptedServer(self, raw(b"SSH-2.0\r\n\r\n")).url)
        self.assertRaises(MalformedAnswer, client.resolve, USER, TOOL)

    def test_another_number_of_results(self) -> None:
        client = self.client(ScriptedServer(self, answer(200, {"results": []})).url)
        self.assertRaises(MalformedAnswer, client.resolve_many, USER, [TOOL])

    def test_chunked(self) -> None:
        body = b'{"arguments": {}}'
        server = ScriptedServer(
            self, raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n" + body + b"\r\n0\r\n\r\n")
        )
        self.assertEqual(self.client(server.url).resolve(USER, TOOL).arguments, {})


class Times(WithBothClients):
    def test_reading(self) -> None:
        server = ScriptedServer(self, silence(10), FINE)
        client = self.client(server.url, limits=Limits(read_timeout=1))
        self.assertIn("api_key", client.resolve(USER, TOOL).arguments)
        self.assertEqual(len(server.requests), 2)

    def test_in_total(self) -> None:
        server = ScriptedServer(self, trickle(30, 0.1))
        client = self.client(server.url, limits=Limits(read_timeout=5, total_timeout=1))
        begin = time.monotonic()
        self.assertRaises(TimedOut, client.resolve, USER, TOOL)
        self.assertLess(time.monotonic() - begin, 15)

    def test_connecting(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:  # accepts, and speaks no TLS
            client = self.client(
                f"https://127.0.0.1:{deaf.getsockname()[1]}", limits=Limits(connect_timeout=0.2, attempts=2)
            )
            begin = time.monotonic()
            self.assertRaisesRegex(Unavailable, "connecting: timed out", client.resolve, USER, TOOL)
            self.assertLess(time.monotonic() - begin, 15)

    def test_are_checked(self) -> None:
        for wrong in ({"read_timeout": 0}, {"total_timeout": float("inf")}, {"attempts": 0}, {"most_idle": -1}):
            self.assertRaises(ConfigurationError, self.client, limits=Limits(**wrong))


class Servers(WithBothClients):
    def test_are_asked_in_turn(self) -> None:
        servers = [ScriptedServer(self, FINE) for _ in range(3)]
        client = self.client([server.url for server in servers])
        for _ in range(6):
            client.resolve(USER, TOOL)
        self.assertEqual([len(server.requests) for server in servers], [2, 2, 2])

    def test_one_that_is_down_is_left_out(self) -> None:
        up, down = ScriptedServer(self, FINE), ScriptedServer(self, FINE)
        down.stop()
        client = self.client([down.url, up.url])
        begin = time.monotonic()
        for _ in range(4):
            client.resolve(USER, TOOL)
        self.assertLess(time.monotonic() - begin, 8)  # less than the quarantine
        self.assertEqual((len(up.requests), down.connections), (4, 0))

    def test_one_that_drains_is_left_out_as_long_as_it_says(self) -> None:
        draining = ScriptedServer(self, answer(503, {"detail": "draining"}, Retry_After="4"), FINE)
        up = ScriptedServer(self, FINE)
        client = self.client([draining.url, up.url])
        begin = time.monotonic()
        for _ in range(3):
            client.resolve(USER, TOOL)
        self.assertLess(time.monotonic() - begin, 3.5)
        self.assertEqual((len(draining.requests), len(up.requests)), (1, 3))
        time.sleep(4.1 - (time.monotonic() - begin))
        client.resolve(USER, TOOL)
        client.resolve(USER, TOOL)
        self.assertEqual((len(draining.requests), len(up.requests)), (2, 4))

    def test_all_are_down(self) -> None:
        client = self.client([closed_port(), closed_port()])
        begin = time.monotonic()
        self.assertRaisesRegex(Unavailable, "(?i)connect", client.resolve, USER, TOOL)
        self.assertLess(time.monotonic() - begin, 15)

    def test_addresses_are_checked(self) -> None:
        for wrong in (
            "http://host:1",
            "https://",
            "https://host/path",
            "https://u:p@host",
            "https://host:port",
            "",
            "a b",
        ):
            with self.subTest(wrong):
                self.assertRaises(ConfigurationError, self.client, wrong)
        self.assertRaises(ConfigurationError, self.client, [])


class KeptConnections(WithBothClients):
    def test_are_used_again(self) -> None:
        server = ScriptedServer(self, FINE)
        client = self.client(server.url)
        for _ in range(5):
            client.resolve(USER, TOOL)
        self.assertEqual((len(server.requests), server.connections), (5, 1))

    def test_that_the_server_closes(self) -> None:
        server = ScriptedServer(self, answer(200, released(), keep=False))
        client = self.client(server.url)
        client.resolve(USER, TOOL)
        client.resolve(USER, TOOL)
        self.assertEqual(server.connections, 2)

    def test_that_have_gone_stale(self) -> None:
        # The server says that it keeps the connection, and then ends it.
        data = b'{"arguments": {}}'
        server = ScriptedServer(self, raw(b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n" + data))
        client = self.client(server.url, limits=Limits(attempts=1))
        for _ in range(3):
            client.resolve(USER, TOOL)
            time.sleep(0.05)
        self.assertEqual((len(server.requests), server.connections), (3, 3))

    def test_that_are_too_old(self) -> None:
        server = ScriptedServer(self, FINE)
        client = self.client(server.url, limits=Limits(keep_alive=0.1))
        client.resolve(USER, TOOL)
        time.sleep(0.2)
        client.resolve(USER, TOOL)
        self.assertEqual(server.connections, 2)

    def test_a_closed_client_refuses(self) -> None:
        client = self.client(ScriptedServer(self, FINE).url)
        client.resolve(USER, TOOL)
        client.close()
        client.close()
        self.assertRaisesRegex(ValueError, "closed", client.resolve, USER, TOOL)


class Requests(WithBothClients):
    def test_bytes(self) -> None:
        server = ScriptedServer(self, FINE)
        client = self.client(server.url, user_token_header="token")
        client.resolve(USER, "tool_ä", provided_args=["a"], secrets={"b": "c"}, wanted_args=["d"], user_token="e.f.g")
        head, body = server.requests[0]
        self.assertTrue(head.startswith(f"POST /tool/v1/resolve HTTP/1.1\r\nHost: {server.url[8:]}\r\n"), head)
        self.assertIn("\r\ntoken: e.f.g", head)
        self.assertEqual(
            body.decode(),
            f'{{"user_id":"{USER}","tool_name":"tool_\\u00e4","provided_args":["a"],'
            '"secrets":{"b":"c"},"wanted_args":["d"]}',
        )

    def test_a_token_cannot_add_headers(self) -> None:
        client = self.client(ScriptedServer(self, FINE).url)
        for token in ("a\r\nX: y", "", "ä"):
            with self.assertRaises(ValueError) as failed:
                client.resolve(USER, TOOL, user_token=token)
            self.assertNotIn("X: y", str(failed.exception))

    def test_lists_are_no_texts(self) -> None:
        client = self.client(ScriptedServer(self, FINE).url)
        self.assertRaises(TypeError, client.resolve, USER, TOOL, wanted_args="api_key")

    def test_no_proxy_of_the_environment(self) -> None:
        server = ScriptedServer(self, FINE)
        proxy = closed_port().replace("https", "http")
        with mock.patch.dict(os.environ, {"HTTPS_PROXY": proxy, "https_proxy": proxy, "ALL_PROXY": proxy}):
            self.client(server.url).resolve(USER, TOOL)
        self.assertEqual(len(server.requests), 1)


with_both_clients(globals(), Repeats, Answers, Times, Servers, KeptConnections, Requests)

if __name__ == "__main__":
    unittest.main()
