"""An MCP server on standard input and output, for test_mcp.py. Arguments: the user and the tool's name at Tacit."""

from __future__ import annotations

import sys
from typing import Any

from support import CREDENTIALS, TOOLS

from tacit_runtime import AsyncClient, Client, CredentialRejected, SecretValue
from tacit_runtime.mcp import Context, credentials

Server: Any
try:  # MCP's SDK 2
    from mcp.server.mcpserver import MCPServer

    Server = MCPServer
except ImportError:  # SDK 1
    from mcp.server.fastmcp import FastMCP  # type: ignore[attr-defined, import-not-found, unused-ignore]

    Server = FastMCP

user, tool_name = sys.argv[1:]
server = Server("notes")
client = AsyncClient(TOOLS, **CREDENTIALS)
blocking = Client(TOOLS, **CREDENTIALS)


def user_of(context: Context) -> str:
    """Who asks. A real server takes this from the access token that it has verified."""
    assert context.request_id
    return user


@server.tool()
@credentials(client, tool_name=tool_name, arguments=["api_key"], user_id=user_of)
async def get_issue(issue_id: str, api_key: str, team: str = "all") -> str:
    """Gets an issue."""
    return f"{issue_id} of {team} with {len(api_key)}"


@server.tool()
@credentials(blocking, tool_name=tool_name, arguments=["api_key"], user_id=user)
def get_user(context: Context, api_key: SecretValue) -> str:
    """Gets the user."""
    return f"{api_key} {len(api_key.reveal())} {bool(context.request_id)}"


@server.tool()
@credentials(client, tool_name=tool_name, arguments=["api_key"], user_id=user)
async def refused_by_service(api_key: str) -> str:
    """Uses a value that the service refuses."""
    raise CredentialRejected("api_key")


@server.tool()
@credentials(client, tool_name=tool_name, arguments=["api_key"], user_id=user)
async def repeats_the_value(fails: bool, api_key: str) -> str:
    """Repeats what it was sent."""
    if fails:
        raise OSError(f"no answer from /?key={api_key}")
    return f"/?key={api_key}"


@server.tool()
@credentials(client, tool_name="agno__github__get_issue", arguments=["api_key"], user_id=user)
async def not_granted(api_key: str) -> str:
    """A tool that this runtime is not granted."""
    return "never"


if __name__ == "__main__":
    server.run("stdio")
