"""Tools of an MCP server with arguments that the client does not see and Tacit fills.

    @server.tool()
    @credentials(client, tool_name="agno__linear__get_issue_details", arguments=["api_key"], user_id=user_of)
    async def get_issue(issue_id: str, api_key: str) -> str: …

If a value is missing, the user is asked to store it, at the address that Tacit names (``add_url``). In MCP up to
2025-11-25 the call fails with the error -32042 (URL elicitation required); from 2026-07-28 on its result asks for the
input. A tool raises ``CredentialRejected("api_key")`` if its service refuses the value; the owner is told.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import typing
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from mcp.shared.exceptions import UrlElicitationRequiredError
from mcp.types import ElicitRequestURLParams

from tacit_runtime.async_client import AsyncClient
from tacit_runtime.client import Client
from tacit_runtime.errors import CredentialRejected, Missing, MissingCredential, TacitError
from tacit_runtime.injection import (
    UserToken,
    areport_rejected,
    filling,
    hidden_arguments,
    redacted,
    redacted_text,
    report_rejected,
    token_of,
)
from tacit_runtime.resolution import Resolution
from tacit_runtime.secret_value import SecretValue

try:  # MCP's SDK 2
    from mcp.server.mcpserver import Context
    from mcp.server.mcpserver.exceptions import ToolError
except ImportError:  # SDK 1
    from mcp.server.fastmcp import Context  # type: ignore[no-redef,attr-defined,unused-ignore]
    from mcp.server.fastmcp.exceptions import ToolError  # type: ignore[no-redef,import-not-found,unused-ignore]

__all__ = ["Context", "credentials"]

_log = logging.getLogger("tacit_runtime")

# From this version on servers ask for input by a result; the error is retired.
_ASKS_BY_RESULT = "2026-07-28"
_OWN_CONTEXT = "tacit_context"


def credentials(
    client: Client | AsyncClient,
    *,
    arguments: Sequence[str],
    user_id: object | Callable[[Any], object],
    tool_name: str | None = None,
    user_token: UserToken = None,
) -> Callable[[Callable[..., Any]], Callable[..., Awaitable[Any]]]:
    """Decorates the function of a tool, below ``@server.tool()``. `arguments` are filled and leave its signature.

    `user_id` is the user, or a function of the request's ``Context``. Take it from what your server has verified, such
    as the subject of the access token, never from the tool's arguments. `tool_name` is the tool's name at Tacit
    (default: the function's). `user_token` is the user's own token, or a function of the ``Context``, if the operator
    requires one. A blocking function runs in a thread. Values are removed from a result that is text.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        tool = _Tool(function, client, tool_name or function.__name__, list(arguments), user_id, user_token)

        async def call(**given: Any) -> Any:
            return await tool.call(given)

        call.__name__ = function.__name__
        call.__doc__ = function.__doc__
        call.__module__ = function.__module__
        call.__qualname__ = function.__qualname__
        tool.declare(call)
        return call

    return decorate


class _Tool:
    """A decorated function."""

    def __init__(
        self,
        function: Callable[..., Any],
        client: Client | AsyncClient,
        tool_name: str,
        arguments: list[str],
        user_id: object,
        user_token: UserToken,
    ) -> None:
        self._function = function
        self._client = client
        self._tool_name = tool_name
        self._arguments = arguments
        self._user_id = user_id
        self._user_token = user_token
        self._hidden = hidden_arguments(function)
        self._signature = inspect.signature(function)
        self._hints = typing.get_type_hints(function, include_extras=True)
        unknown = [argument for argument in arguments if argument not in self._signature.parameters]
        if unknown:
            raise TypeError(f"{function.__name__} has no argument {', '.join(unknown)}")
        own = [name for name, hint in self._hints.items() if name != "return" and _is_context(hint)]
        self._context = own[0] if own else _OWN_CONTEXT

    def declare(self, call: Any) -> None:
        """Gives `call` the signature that the client may see."""
        seen = [
            parameter.replace(
                kind=inspect.Parameter.KEYWORD_ONLY, annotation=self._hints.get(name, parameter.annotation)
            )
            for name, parameter in self._signature.parameters.items()
            if name not in self._arguments
        ]
        if self._context == _OWN_CONTEXT:
            seen.append(inspect.Parameter(_OWN_CONTEXT, inspect.Parameter.KEYWORD_ONLY, annotation=Context))
        result = self._hints.get("return", inspect.Signature.empty)
        call.__signature__ = self._signature.replace(parameters=seen, return_annotation=result)
        call.__annotations__ = {each.name: each.annotation for each in seen if each.annotation is not each.empty}
        if result is not inspect.Signature.empty:
            call.__annotations__["return"] = result

    async def call(self, given: dict[str, Any]) -> Any:
        context = given[self._context] if self._context != _OWN_CONTEXT else given.pop(_OWN_CONTEXT)
        user = self._user_id(context) if callable(self._user_id) else self._user_id
        token = token_of(self._user_token, context)
        provided = [name for name in given if name != self._context]
        with await self._resolve(user, provided, token) as resolution:
            try:
                call = {**given, **filling(resolution, self._arguments, self._hidden)}
            except MissingCredential as error:
                return _ask(context, error)
            try:
                return redacted(resolution, await self._run(call))
            except CredentialRejected as rejection:
                await self._report(user, resolution, rejection, token)
                raise ToolError(f"{rejection}; its owner is told") from None
            except Exception as error:
                clean = redacted_text(resolution, error)
                if clean is None:
                    raise
                raise ToolError(clean) from None

    async def _resolve(self, user: object, provided: list[str], token: str | SecretValue | None) -> Resolution:
        asked: dict[str, Any] = {"provided_args": provided, "wanted_args": self._arguments, "user_token": token}
        try:
            if isinstance(self._client, AsyncClient):
                return await self._client.resolve(user, self._tool_name, **asked)
            return await asyncio.to_thread(self._client.resolve, user, self._tool_name, **asked)
        except TacitError as error:
            # The reason is for the server's operator: it names the identity and addresses of the private network.
            _log.warning("%s got no credentials: %s", self._tool_name, error)
            raise ToolError("the credentials of this tool cannot be fetched at present") from None

    async def _run(self, call: dict[str, Any]) -> Any:
        if inspect.iscoroutinefunction(self._function):
            return await self._function(**call)
        return await asyncio.to_thread(self._function, **call)

    async def _report(
        self, user: object, resolution: Resolution, rejection: CredentialRejected, token: str | SecretValue | None
    ) -> None:
        if isinstance(self._client, AsyncClient):
            await areport_rejected(self._client, user, resolution, rejection, token)
        else:
            await asyncio.to_thread(report_rejected, self._client, user, resolution, rejection, token)


def _is_context(hint: Any) -> bool:
    plain = typing.get_origin(hint) or hint
    return isinstance(plain, type) and issubclass(plain, Context)


def _ask(context: Any, error: MissingCredential) -> Any:
    """Asks the user to store what is missing, as the protocol's version has it."""
    if any(each.add_url is None for each in error.missing):
        raise ToolError(str(error))  # Tacit has no public-url: words are all there is
    version = getattr(context, "protocol_version", None)
    if version is None or version < _ASKS_BY_RESULT:
        raise UrlElicitationRequiredError([_elicitation(each, with_id=True) for each in error.missing], str(error))
    if context.input_responses is not None or not _opens_urls(context):
        raise ToolError(f"{error}. Call this tool again when it is stored.")
    from mcp.types import ElicitRequest, InputRequiredResult

    requests = {each.argument: ElicitRequest(params=_elicitation(each, with_id=False)) for each in error.missing}
    return InputRequiredResult(input_requests=dict(requests))


def _opens_urls(context: Any) -> bool:
    """Whether the client said that it asks its user to open addresses."""
    capabilities = context.client_capabilities
    return (
        capabilities is not None and capabilities.elicitation is not None and capabilities.elicitation.url is not None
    )


def _elicitation(missing: Missing, with_id: bool) -> ElicitRequestURLParams:
    state = "has expired" if missing.reason == "expired" else "is missing"
    parameters = {
        "mode": "url",
        "message": (
            f"The credential {missing.argument!r} of the tool {missing.tool_name} {state}. "
            "Store it, then repeat the call."
        ),
        "url": missing.add_url,
    }
    if with_id:
        parameters["elicitationId"] = str(uuid.uuid4())
    return ElicitRequestURLParams.model_validate(parameters)
