"""LangChain tools with arguments that the model does not see and Tacit fills.

    @tool
    def get_issue(issue_id: str, api_key: Annotated[str, FromTacit]) -> str:
        \"\"\"Gets an issue.\"\"\"

    tools = [with_credentials(get_issue, client, tool_name="agno__linear__get_issue_details")]

The user is ``config["configurable"]["user_id"]`` of the run, or what `user_id` says. Callbacks and traces get the
arguments without the values. A tool raises ``CredentialRejected("api_key")`` if its service refuses the value; the
owner is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from langchain_core.callbacks import AsyncCallbackManagerForToolRun, CallbackManagerForToolRun
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import run_in_executor
from langchain_core.tools import BaseTool, InjectedToolArg, StructuredTool, ToolException
from pydantic import BaseModel, PrivateAttr, create_model

from tacit_runtime.async_client import AsyncClient
from tacit_runtime.client import Client
from tacit_runtime.errors import ConfigurationError, CredentialRejected, MissingCredential
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


class FromTacit(InjectedToolArg):
    """Marks an argument of a tool that Tacit fills: ``api_key: Annotated[str, FromTacit]``."""


class ToolCredentialMissing(MissingCredential, ToolException):
    """``MissingCredential``, for LangChain's ``handle_tool_error``: the text has the address to store the value at."""


def with_credentials(
    tool: BaseTool,
    client: Client | AsyncClient,
    *,
    tool_name: str | None = None,
    arguments: Sequence[str] | None = None,
    user_id: object | Callable[[RunnableConfig], object] = None,
    user_token: UserToken = None,
) -> BaseTool:
    """A tool like `tool` whose `arguments` are filled by Tacit at each call and hidden from the model.

    `tool_name` is the tool's name at Tacit (default: its own). `arguments` are by default those that ``FromTacit``
    marks. `user_id` is a user, or a function of the run's config; by default ``config["configurable"]["user_id"]``.
    `user_token` is the user's own token, or a function of the config, if the operator requires one. With a ``Client``
    the tool can be called both ways, with an ``AsyncClient`` by ``ainvoke`` only. Values are removed from a result that
    is text, and from the texts of errors.
    """
    schema = tool.args_schema if tool.args_schema is not None else tool.get_input_schema()
    filled = list(arguments) if arguments is not None else _marked(schema)
    if not filled:
        raise ConfigurationError(f"the tool {tool.name} has no argument that is marked with FromTacit")
    wrapped = _CredentialTool(
        name=tool.name,
        description=tool.description,
        args_schema=_without(schema, filled),
        return_direct=tool.return_direct,
        response_format=tool.response_format,
        handle_tool_error=tool.handle_tool_error,
        handle_validation_error=tool.handle_validation_error,
        tags=tool.tags,
        metadata=tool.metadata,
    )
    wrapped.fill(_Filling(tool, client, tool_name or tool.name, filled, user_id, user_token))
    return wrapped


def _marked(schema: Any) -> list[str]:
    if not isinstance(schema, type) or not issubclass(schema, BaseModel):
        return []
    return [
        name
        for name, each in schema.model_fields.items()
        if any(mark is FromTacit or isinstance(mark, FromTacit) for mark in each.metadata)
    ]


def _without(schema: Any, arguments: Sequence[str]) -> Any:
    """The schema for the model's arguments. Arguments that LangGraph injects stay."""
    if isinstance(schema, dict):
        left = {name: each for name, each in schema.get("properties", {}).items() if name not in arguments}
        needed = [name for name in schema.get("required", []) if name not in arguments]
        return {**schema, "properties": left, "required": needed}
    if not isinstance(schema, type) or not issubclass(schema, BaseModel):
        raise ConfigurationError("the tool's args_schema is neither a model of pydantic 2 nor a JSON schema")
    # A subclass, so that the model's validators stay. Injected arguments are not in what the language model sees.
    hidden: dict[str, Any] = {name: (Annotated[Any, InjectedToolArg], None) for name in arguments}
    return create_model(schema.__name__, __base__=schema, __doc__=schema.__doc__, **hidden)


@dataclass(frozen=True)
class _Run:
    """Whose values a call of the tool gets."""

    user_id: object
    user_token: str | SecretValue | None = field(repr=False)


class _Filling:
    """Where the values of one tool come from."""

    def __init__(
        self,
        inner: BaseTool,
        client: Client | AsyncClient,
        tool_name: str,
        arguments: Sequence[str],
        user_id: object,
        user_token: UserToken,
    ) -> None:
        self.inner = inner
        self.client = client
        self.tool_name = tool_name
        self.arguments = list(arguments)
        self._user_id = user_id
        self._user_token = user_token
        function = getattr(inner, "func", None) or getattr(inner, "coroutine", None) or inner._run
        self._hidden = hidden_arguments(function)

    def run(self, config: RunnableConfig) -> _Run:
        user_id = self._user_id(config) if callable(self._user_id) else self._user_id
        if user_id is None:
            user_id = (config.get("configurable") or {}).get("user_id")
        if user_id is None:
            raise ConfigurationError('there is no user: put "user_id" into the run\'s config["configurable"]')
        return _Run(user_id, token_of(self._user_token, config))

    def asked(self, given: dict[str, Any], run: _Run) -> dict[str, Any]:
        return {
            "provided_args": [name for name in given if name not in self.arguments],
            "wanted_args": self.arguments,
            "user_token": run.user_token,
        }

    async def resolve(self, run: _Run, given: dict[str, Any]) -> Resolution:
        """With either client; a blocking one in a thread."""
        asked = self.asked(given, run)
        if isinstance(self.client, AsyncClient):
            return await self.client.resolve(run.user_id, self.tool_name, **asked)
        return await asyncio.to_thread(self.client.resolve, run.user_id, self.tool_name, **asked)

    async def report(self, run: _Run, resolution: Resolution, rejection: CredentialRejected) -> None:
        """Likewise."""
        if isinstance(self.client, AsyncClient):
            await areport_rejected(self.client, run.user_id, resolution, rejection, run.user_token)
        else:
            await asyncio.to_thread(report_rejected, self.client, run.user_id, resolution, rejection, run.user_token)

    def arguments_of(self, resolution: Resolution, given: dict[str, Any]) -> dict[str, Any]:
        try:
            return {**given, **filling(resolution, self.arguments, self._hidden)}
        except MissingCredential as error:
            raise ToolCredentialMissing(error.missing) from None


class _CredentialTool(BaseTool):
    _filling: _Filling = PrivateAttr()

    def fill(self, filling: _Filling) -> None:
        self._filling = filling

    def _run(
        self, *, config: RunnableConfig, run_manager: CallbackManagerForToolRun | None = None, **given: Any
    ) -> Any:
        fill = self._filling
        client = fill.client
        if not isinstance(client, Client):
            raise ConfigurationError(f"the tool {self.name} has an AsyncClient: call it by ainvoke")
        run = fill.run(config)
        with client.resolve(run.user_id, fill.tool_name, **fill.asked(given, run)) as resolution:
            # Not invoke(): it would hand the values to callbacks.
            call = fill.arguments_of(resolution, given)
            try:
                return redacted(resolution, fill.inner._run(**call, **_extras(fill.inner, config, run_manager)))
            except CredentialRejected as rejection:
                report_rejected(client, run.user_id, resolution, rejection, run.user_token)
                raise
            except Exception as error:
                raise _clean(resolution, error)

    async def _arun(
        self, *, config: RunnableConfig, run_manager: AsyncCallbackManagerForToolRun | None = None, **given: Any
    ) -> Any:
        fill = self._filling
        client = fill.client
        if isinstance(client, Client) and not _is_async(fill.inner):
            sync = run_manager.get_sync() if run_manager is not None else None
            return await run_in_executor(config, self._run, config=config, run_manager=sync, **given)
        run = fill.run(config)
        with await fill.resolve(run, given) as resolution:
            call = fill.arguments_of(resolution, given)
            try:
                extras = _extras(fill.inner, config, run_manager)
                return redacted(resolution, await fill.inner._arun(**call, **extras))
            except CredentialRejected as rejection:
                await fill.report(run, resolution, rejection)
                raise
            except Exception as error:
                raise _clean(resolution, error)


def _clean(resolution: Resolution, error: Exception) -> Exception:
    """The error, or one without the values that its text has."""
    clean = redacted_text(resolution, error)
    if clean is None:
        return error
    hidden = ToolException(clean)
    hidden.__suppress_context__ = True
    return hidden


def _is_async(tool: BaseTool) -> bool:
    if isinstance(tool, StructuredTool):
        return tool.coroutine is not None
    return type(tool)._arun is not BaseTool._arun


def _extras(tool: BaseTool, config: RunnableConfig, run_manager: Any) -> dict[str, Any]:
    if isinstance(tool, StructuredTool):
        return {"config": config, "run_manager": run_manager}
    return {}
