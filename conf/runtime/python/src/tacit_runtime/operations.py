"""The tool plane's operations as calls, for both clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tacit_runtime.answers import read_resolution, read_resolutions
from tacit_runtime.call import Call
from tacit_runtime.resolution import Released, Resolution, ToolRequest
from tacit_runtime.secret_value import SecretValue
from tacit_runtime.settings import Deployment

#: The largest number of tools in one request.
MOST_TOOLS = 64

Token = str | SecretValue | None


def resolve(
    deployment: Deployment,
    user_id: object,
    tool_name: str,
    provided_args: Sequence[str],
    secrets: Mapping[str, str] | None,
    wanted_args: Sequence[str],
    user_token: Token,
) -> Call[Resolution]:
    """One tool."""
    asked = ToolRequest(tool_name, provided_args, secrets or {}, wanted_args)
    document = {"user_id": str(user_id), **asked.document()}
    return Call(
        deployment, "/tool/v1/resolve", document, lambda answer: read_resolution(answer, asked), [asked], user_token
    )


def resolve_many(
    deployment: Deployment, user_id: object, tools: Iterable[ToolRequest | str], user_token: Token
) -> list[Call[list[Resolution]]]:
    """Several tools: a call for each 64, usually one."""
    asked = [tool if isinstance(tool, ToolRequest) else ToolRequest(tool) for tool in tools]
    pages = [asked[first : first + MOST_TOOLS] for first in range(0, len(asked), MOST_TOOLS)]
    return [_resolve_page(deployment, user_id, page, user_token) for page in pages]


def _resolve_page(
    deployment: Deployment, user_id: object, asked: list[ToolRequest], user_token: Token
) -> Call[list[Resolution]]:
    document = {"user_id": str(user_id), "tools": [each.document() for each in asked]}
    return Call(
        deployment,
        "/tool/v1/resolve-many",
        document,
        lambda answer: read_resolutions(answer, asked),
        asked,
        user_token,
    )


def report(
    deployment: Deployment, user_id: object, tool_name: str, secret: Released | str, user_token: Token
) -> Call[None]:
    """A value that the tool's service refused."""
    document = {
        "user_id": str(user_id),
        "tool_name": tool_name,
        "secret_id": secret.secret_id if isinstance(secret, Released) else str(secret),
        "outcome": "rejected_upstream",
    }
    # A report that was made less than a minute ago is refused with 429: waiting for that would help nobody.
    return Call(deployment, "/tool/v1/report", document, lambda _: None, user_token=user_token, waits_on_429=False)
