"""Certificates: what is trusted, what is refused, and files that change."""

from __future__ import annotations

import asyncio
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest

from scripted_server import ScriptedServer, answer, released, silence
from support import CREDENTIALS, STATE, TOOLS, USER, Stored, WithBothClients, new_tool, with_both_clients

from tacit_runtime import (
    AsyncClient,
    CertificateRefused,
    Client,
    ConfigurationError,
    Refused,
    TacitError,
    UntrustedServer,
)

TOOL = "agno__linear__get_issue_details"


class Trust(WithBothClients):
    def test_another_authority(self) -> None:
        client = self.client(ca=STATE / "runtimes-ca.pem")
        self.assertRaisesRegex(UntrustedServer, "not trusted", client.resolve, USER, TOOL)

    def test_another_name(self) -> None:
        client = self.client(server_name="other.example.org")
        self.assertRaisesRegex(UntrustedServer, "other.example.org", client.resolve, USER, TOOL)
        self.client(server_name="localhost").resolve(USER, TOOL)

    def test_the_next_server_is_asked(self) -> None:
        server = ScriptedServer(self, answer(200, released()))
        # The first one's certificate is not for this name.
        client = self.client([server.url.replace("127.0.0.1", "127.0.0.2"), TOOLS])
        for _ in range(2):
            client.resolve(USER, TOOL)
        self.assertEqual(len(server.requests), 0)

    def test_a_certificate_that_the_server_refuses(self) -> None:
        client = self.client(certificate=STATE / "api.pem", key=STATE / "api.key")
        # In the handshake, or in words.
        with self.assertRaises(TacitError) as failed:
            client.resolve(USER, TOOL)
        self.assertIsInstance(failed.exception, (CertificateRefused, Refused))


class ChangedFiles(WithBothClients):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.files = {"certificate": self.folder / "cert.pem", "key": self.folder / "key.pem"}
        self.put("runtime")

    def put(self, name: str, *parts: str) -> None:
        """As tools for certificates do it: a new file each, moved into place."""
        for part, suffix in (("certificate", "pem"), ("key", "key")):
            if not parts or part in parts:
                new = self.folder / "new"
                shutil.copy(STATE / f"{name}.{suffix}", new)
                os.replace(new, self.files[part])

    def test_are_read_again(self) -> None:
        server = ScriptedServer(self, answer(200, released()))
        client = self.client(server.url, **self.files)
        client.resolve(USER, TOOL)
        client.resolve(USER, TOOL)
        self.put("other-runtime")
        client.resolve(USER, TOOL)
        self.assertEqual(server.names, ["spiffe://demo/runtime", "spiffe://demo/other-runtime"])
        self.assertEqual(len(server.requests), 3)

    def test_that_do_not_fit_are_not_used(self) -> None:
        server = ScriptedServer(self, answer(200, released()))
        client = self.client(server.url, **self.files)
        with self.assertLogs("tacit_runtime", "WARNING") as logged:
            self.put("other-runtime", "certificate")
            client.resolve(USER, TOOL)
            client.resolve(USER, TOOL)
            self.files["key"].unlink()
            client.resolve(USER, TOOL)
            client.resolve(USER, TOOL)
        self.assertEqual(len(logged.output), 2, logged.output)
        self.put("other-runtime")
        client.resolve(USER, TOOL)
        self.assertEqual(server.names, ["spiffe://demo/runtime", "spiffe://demo/other-runtime"])


class FilesTest(unittest.TestCase):
    def refuse(self, message: str, **named: pathlib.Path) -> None:
        with self.assertRaisesRegex(ConfigurationError, message):
            Client(TOOLS, **{**CREDENTIALS, **named})

    def test_that_cannot_be_used(self) -> None:
        self.refuse("no.pem cannot be read: No such file", certificate=STATE / "no.pem")
        self.refuse("runtimes-ca.key.*no certificate or crl found", ca=STATE / "runtimes-ca.key")
        self.refuse("key values mismatch", key=STATE / "api.key")
        self.refuse("the certificate cannot be read", certificate=STATE / "tacit.conf")

    def test_an_encrypted_key_is_refused_without_asking(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            encrypted = pathlib.Path(folder) / "key.pem"
            options = ["-aes256", "-passout", "pass:words", "-in", str(STATE / "runtime.key"), "-out", str(encrypted)]
            subprocess.run(["openssl", "pkey", *options], check=True, capture_output=True)
            self.refuse("the private key is encrypted", key=encrypted)

    def test_no_file_for_keys_of_the_session(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "keys.log"
            os.environ["SSLKEYLOGFILE"] = str(log)
            try:
                with Client(TOOLS, **CREDENTIALS) as client:
                    client.resolve(USER, TOOL)
            finally:
                del os.environ["SSLKEYLOGFILE"]
            self.assertFalse(log.exists())


class ProcessesTest(unittest.TestCase):
    def test_event_loops_one_after_the_other(self) -> None:
        server = ScriptedServer(self, answer(200, released()))
        client = AsyncClient(server.url, **CREDENTIALS)

        async def ask() -> None:
            for _ in range(2):
                self.assertIn("api_key", (await client.resolve(USER, TOOL)).arguments)

        asyncio.run(ask())
        asyncio.run(ask())
        asyncio.run(client.close())
        self.assertEqual((len(server.requests), server.connections), (4, 2))

    def test_a_cancelled_call_leaves_no_connection(self) -> None:
        server = ScriptedServer(self, answer(200, released()), silence(5), answer(200, released("another-value-0123")))

        async def ask() -> str:
            async with AsyncClient(server.url, **CREDENTIALS) as client:
                await client.resolve(USER, TOOL)
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.resolve(USER, TOOL), 0.3)
                return (await client.resolve(USER, TOOL)).value("api_key").reveal()

        self.assertEqual(asyncio.run(ask()), "another-value-0123")
        self.assertEqual((len(server.requests), server.connections), (3, 2))

    def test_a_forked_child_makes_connections_of_its_own(self) -> None:
        server = ScriptedServer(self, answer(200, released()))
        with Client(server.url, **CREDENTIALS) as client:
            client.resolve(USER, TOOL)
            child = os.fork()
            if child == 0:
                os._exit(0 if "api_key" in client.resolve(USER, TOOL).arguments else 1)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            client.resolve(USER, TOOL)
        self.assertEqual((len(server.requests), server.connections), (3, 2))

    def test_threads_share_a_client(self) -> None:
        tool = new_tool()
        stored = Stored(self, "value-of-threads-0123", tool, "api_key")
        found: list[str] = []
        with Client(TOOLS, **CREDENTIALS) as client:

            def ask() -> None:
                for _ in range(10):
                    found.append(client.resolve(USER, tool).value("api_key").reveal())

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(found, [stored.value] * 80)


with_both_clients(globals(), Trust, ChangedFiles)

if __name__ == "__main__":
    unittest.main()
