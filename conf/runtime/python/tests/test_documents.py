"""The examples of README.md and of RUNTIME.md work as they are."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
from typing import Any

from support import STATE, TOOLS, USER, Stored

FOLDER = pathlib.Path(__file__).resolve().parent.parent
VALUE = "lin_api_0123456789abcdef"


def blocks(document: pathlib.Path) -> list[tuple[str, str]]:
    """The blocks of code, each with its language."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)


class DocumentsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.stored = Stored(self, VALUE, "agno__linear__*", "api_key")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, target in (
            ("ca.pem", "servers-ca.pem"),
            ("runtime.pem", "runtime.pem"),
            ("runtime.key", "runtime.key"),
        ):
            pathlib.Path(folder.name, name).symlink_to(STATE / target)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def run_python(self, document: pathlib.Path) -> str:
        """Runs all examples one after the other, as a reader would. Returns what they print."""
        scope: dict[str, Any] = {"__name__": "example", "user_id": USER}
        printed = io.StringIO()
        examples = [text for language, text in blocks(document) if language == "python"]
        self.assertTrue(examples)
        for text in examples:
            code = re.sub(r"https://tools[-\w]*\.example\.org:8444", TOOLS, text)
            with contextlib.redirect_stdout(printed):
                exec(compile(code, str(document), "exec"), scope)
        scope["client"].close()
        return printed.getvalue()

    def test_readme(self) -> None:
        printed = self.run_python(FOLDER / "README.md")
        self.assertIn("agno__linear__create_issue ['api_key'] None\n", printed)
        self.assertIn("Store it at https://tacit.example.org/console/", printed)
        self.assertIn("Issue LIN-7\n", printed)
        self.assertNotIn(VALUE, printed)

    def test_python_for_authors(self) -> None:
        self.assertEqual(self.run_python(FOLDER.parent.parent / "RUNTIME.md"), "****\n")

    def test_requests_for_authors(self) -> None:
        found = [block for block in blocks(FOLDER.parent.parent / "RUNTIME.md") if block[0] in ("sh", "json")]
        self.assertEqual([language for language, _ in found], ["sh", "json"] * 3)
        environment = {**os.environ, "TOOLS": TOOLS, "USER_ID": USER, "SECRET_ID": self.stored.id}
        for (_, command), (_, expected) in zip(found[::2], found[1::2]):
            run = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", command], env=environment, capture_output=True, text=True, timeout=60
            )
            self.assertEqual((run.returncode, run.stderr), (0, ""), command)
            self.compare(json.loads(run.stdout), json.loads(expected))

    def compare(self, found: Any, expected: Any) -> None:
        """An … in a text of `expected` stands for anything."""
        if isinstance(expected, dict):
            self.assertEqual(list(found), list(expected))
            for name in expected:
                self.compare(found[name], expected[name])
        elif isinstance(expected, list):
            self.assertEqual(len(found), len(expected))
            for one, other in zip(found, expected):
                self.compare(one, other)
        elif isinstance(expected, str):
            self.assertRegex(found, "^" + ".+".join(map(re.escape, expected.split("…"))) + "$")
        else:
            self.assertEqual(found, expected)


if __name__ == "__main__":
    unittest.main()
