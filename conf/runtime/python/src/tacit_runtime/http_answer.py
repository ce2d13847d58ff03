"""Reading one answer of HTTP/1.1 (RFC 9112) from bytes, without I/O.

Both clients use it: http.client knows no time-out for a whole answer, leaves copies of it behind, and blocks.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from tacit_runtime.errors import MalformedAnswer

_LONGEST_HEAD = 32 * 1024
_LONGEST_LINE = 4096
_MOST_HEADERS = 100


class Answer:
    """A complete answer. Its body may have values: it is not shown, and :meth:`wipe` overwrites it."""

    __slots__ = ("_headers", "body", "keep_alive", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytearray, keep_alive: bool) -> None:
        self.status = status
        self.body = body
        self.keep_alive = keep_alive
        self._headers = headers

    def header(self, name: str) -> str | None:
        """The header `name`, which is in lower case."""
        return self._headers.get(name)

    def wipe(self) -> None:
        self.body[:] = bytes(len(self.body))

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes)"


class _Step(enum.Enum):
    HEAD = enum.auto()
    LENGTH = enum.auto()
    UNTIL_END = enum.auto()
    CHUNK_SIZE = enum.auto()
    CHUNK = enum.auto()
    TRAILERS = enum.auto()
    DONE = enum.auto()


class AnswerReader:
    """Takes the bytes of a connection and yields one answer. Raises ``MalformedAnswer`` for what is no such answer."""

    def __init__(self, largest_body: int) -> None:
        self._largest = largest_body
        self._buffer = bytearray()
        self._body = bytearray()
        self._step = _Step.HEAD
        self._left = 0
        self._trailers = 0
        self._status = 0
        self._headers: dict[str, str] = {}
        self._keep_alive = False
        self.started = False

    def feed(self, data: bytes | bytearray | memoryview) -> Answer | None:
        """Takes more bytes. Returns the answer when it is complete."""
        self.started = self.started or len(data) > 0
        self._buffer += data
        while self._step is not _Step.DONE and self._advance():
            pass
        if self._step is not _Step.DONE:
            return None
        if self._buffer:
            raise MalformedAnswer("the answer goes on after its end")
        return self._finished()

    def end(self) -> Answer | None:
        """The connection has ended. Returns the answer if that completes it; None if it was broken off."""
        if self._step is not _Step.UNTIL_END:
            return None
        self._step = _Step.DONE
        return self._finished()

    def wipe(self) -> None:
        """Overwrites what was read of an answer that did not become complete."""
        for part in (self._buffer, self._body):
            part[:] = bytes(len(part))

    def _finished(self) -> Answer:
        return Answer(self._status, self._headers, self._body, self._keep_alive)

    def _advance(self) -> bool:
        """Whether a step was made, so that the rest of the buffer is worth another look."""
        if self._step is _Step.HEAD:
            return self._read_head()
        if self._step in (_Step.LENGTH, _Step.CHUNK):
            return self._read_counted()
        if self._step is _Step.UNTIL_END:
            self._take(len(self._buffer))
            return False
        return self._read_line_step()

    def _take(self, count: int) -> None:
        if len(self._body) + count > self._largest:
            raise MalformedAnswer(f"the answer has more than {self._largest} bytes")
        self._body += memoryview(self._buffer)[:count]
        self._drop(count)

    def _drop(self, count: int) -> None:
        self._buffer[:count] = bytes(count)
        del self._buffer[:count]

    def _read_counted(self) -> bool:
        count = min(self._left, len(self._buffer))
        self._take(count)
        self._left -= count
        if self._left > 0:
            return False
        if self._step is _Step.LENGTH:
            self._step = _Step.DONE
        else:
            self._step = _Step.CHUNK_SIZE
            self._left = -1  # the line end after the chunk's data
        return True

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\r\n", 0, _LONGEST_LINE)
        if end < 0:
            if len(self._buffer) >= _LONGEST_LINE:
                raise MalformedAnswer("the answer has a line that is too long")
            return None
        line = bytes(self._buffer[:end])
        self._drop(end + 2)
        return line

    def _read_line_step(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if self._step is _Step.TRAILERS:
            self._trailers += 1
            if self._trailers > _MOST_HEADERS:
                raise MalformedAnswer("the answer has too many trailers")
            if not line:
                self._step = _Step.DONE
        elif self._left < 0:
            if line:
                raise MalformedAnswer("a chunk of the answer is longer than it says")
            self._left = 0
        else:
            self._begin_chunk(line)
        return True

    def _begin_chunk(self, line: bytes) -> None:
        digits = line.split(b";", 1)[0].strip(b" \t")
        if not 0 < len(digits) <= 8 or digits.strip(b"0123456789abcdefABCDEF"):
            raise MalformedAnswer("the answer has a chunk without a valid size")
        self._left = int(digits, 16)
        self._step = _Step.CHUNK if self._left > 0 else _Step.TRAILERS

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n", 0, _LONGEST_HEAD)
        if end < 0:
            if len(self._buffer) >= _LONGEST_HEAD:
                raise MalformedAnswer("the answer's head is too long")
            return False
        lines = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        self._drop(end + 4)
        version, self._status = _status_line(lines[0])
        if 100 <= self._status < 200:
            if self._status == 101:
                raise MalformedAnswer("the server switches to another protocol")
            return True  # an interim answer; the one that counts follows
        self._headers = _headers(lines[1:])
        connection = [word.strip().lower() for word in self._headers.get("connection", "").split(",")]
        self._keep_alive = "close" not in connection and (version == "1.1" or "keep-alive" in connection)
        self._begin_body()
        return True

    def _begin_body(self) -> None:
        coding, length = self._headers.get("transfer-encoding"), self._headers.get("content-length")
        if self._status in (204, 304):
            self._step = _Step.DONE
        elif coding is not None:
            if coding.strip().lower() != "chunked" or length is not None:
                raise MalformedAnswer("the length of the answer is not clear")
            self._step = _Step.CHUNK_SIZE
        elif length is not None:
            if not (length.isascii() and length.isdigit() and len(length) < 16):
                raise MalformedAnswer("the length of the answer is not clear")
            self._left = int(length)
            if self._left > self._largest:
                raise MalformedAnswer(f"the answer has more than {self._largest} bytes")
            self._step = _Step.LENGTH
        else:
            self._keep_alive = False
            self._step = _Step.UNTIL_END


def _status_line(line: str) -> tuple[str, int]:
    words = line.split(" ", 2)
    if len(words) < 2 or words[0] not in ("HTTP/1.1", "HTTP/1.0"):
        raise MalformedAnswer("the answer is not HTTP/1.1")
    if len(words[1]) != 3 or not words[1].isascii() or not words[1].isdigit() or words[1] < "100":
        raise MalformedAnswer("the answer has no valid status")
    return words[0][5:], int(words[1])


def _headers(lines: list[str]) -> dict[str, str]:
    if len(lines) > _MOST_HEADERS:
        raise MalformedAnswer("the answer has too many headers")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or "\n" in line or "\0" in line:
            raise MalformedAnswer("the answer has a header that is not valid")
        name = name.lower()
        if name in headers and name in ("content-length", "transfer-encoding"):
            raise MalformedAnswer("the length of the answer is not clear")
        headers[name] = value.strip(" \t")
    return headers
