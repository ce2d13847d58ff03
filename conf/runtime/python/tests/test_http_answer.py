"""Reading answers from bytes, whole and in pieces; and what is refused."""

from __future__ import annotations

import unittest

from tacit_runtime import MalformedAnswer
from tacit_runtime.http_answer import Answer, AnswerReader


def read(data: bytes, piece: int = 1 << 20, largest: int = 1 << 20) -> Answer | None:
    reader = AnswerReader(largest)
    for first in range(0, len(data), piece):
        answer = reader.feed(data[first : first + piece])
        if answer is not None:
            return answer
    return reader.end()


class HttpAnswerTest(unittest.TestCase):
    def test_lengths(self) -> None:
        wholes = {
            "content-length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
            "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: u\r\n\r\n",
            "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
            "until the end": b"HTTP/1.0 200 OK\r\n\r\nhello",
        }
        for name, data in wholes.items():
            for piece in (1, 2, 7, 1000):
                with self.subTest(name, piece=piece):
                    answer = read(data, piece)
                    assert answer is not None
                    self.assertEqual((answer.status, bytes(answer.body)), (200, b"hello"))
                    self.assertEqual(answer.keep_alive, name != "until the end")

    def test_no_body(self) -> None:
        answer = read(b"HTTP/1.1 204 No Content\r\nX-Request-Id: 7\r\n\r\n")
        assert answer is not None
        self.assertEqual((answer.status, len(answer.body), answer.header("x-request-id")), (204, 0, "7"))

    def test_keep_alive(self) -> None:
        for headers, kept in ((b"", True), (b"Connection: Close\r\n", False), (b"Connection: x, close\r\n", False)):
            answer = read(b"HTTP/1.1 204 No Content\r\n" + headers + b"\r\n")
            assert answer is not None
            self.assertEqual(answer.keep_alive, kept)

    def test_broken_off(self) -> None:
        whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        for end in range(len(whole)):
            self.assertIsNone(read(whole[:end]), whole[:end])

    def test_refused(self) -> None:
        ok = b"HTTP/1.1 200 OK\r\n"
        for data in (
            b"SSH-2.0-OpenSSH\r\n\r\n",
            b"HTTP/2 200\r\n\r\n",
            b"HTTP/1.1 abc OK\r\n\r\n",
            b"HTTP/1.1 099 OK\r\n\r\n",
            b"HTTP/1.1 101 Switching\r\n\r\n",
            ok + b"Content-Length: -1\r\n\r\n",
            ok + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
            ok + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            ok + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
            ok + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
            ok + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
            ok + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
            ok + b"Content-Length: 2\r\n\r\nhello",
            ok + b"no colon\r\n\r\n",
            ok + b"name : value\r\n\r\n",
            ok + b"X: " + b"x" * 40000,
            ok + b"X: y\r\n" * 101 + b"\r\n",
            ok + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 200,
            ok + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 5000,
        ):
            with self.subTest(data[:80]), self.assertRaises(MalformedAnswer):
                read(data)

    def test_too_large(self) -> None:
        for data in (
            b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"32\r\n"
            + b"x" * 50
            + b"\r\n"
            + b"33\r\n"
            + b"x" * 51,
            b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101,
        ):
            with self.subTest(data[:60]), self.assertRaisesRegex(MalformedAnswer, "more than 100 bytes"):
                read(data, 16, largest=100)

    def test_is_not_shown(self) -> None:
        answer = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        self.assertEqual(repr(answer), "Answer(200, 5 bytes)")


if __name__ == "__main__":
    unittest.main()
