"""agno toolkits that get their credentials from Tacit.

    from agno.tools.linear import LinearTools
    from tacit_runtime.agno import toolkit

    agent = Agent(model=…, tools=[toolkit(LinearTools, client, user_id)])

The tools are named ``agno__<toolkit>__<function>``, such as ``agno__linear__get_issue_details``. AGNO.md of this
package lists the toolkits with the arguments that a secret can fill. A function gets the values that are released for
its own name and no others: if functions of one toolkit get different values, each uses its own.

Only the arguments that AGNO.md lists, or those that the caller names, are filled: a user who could fill ``base_url``
would decide where the runtime connects to.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from agno.tools import Toolkit

from tacit_runtime.agno_functions import registered_functions
from tacit_runtime.agno_toolkits import CREDENTIAL_ARGUMENTS
from tacit_runtime.async_client import AsyncClient
from tacit_runtime.client import Client
from tacit_runtime.errors import ConfigurationError, MissingCredential, TacitError
from tacit_runtime.resolution import Resolution, ToolRequest
from tacit_runtime.secret_value import SecretValue

_log = logging.getLogger("tacit_runtime")

AnyToolkit = TypeVar("AnyToolkit", bound=Toolkit)


def toolkit(
    kind: type[AnyToolkit],
    client: Client,
    user_id: object,
    *,
    name: str | None = None,
    functions: Iterable[str] | None = None,
    arguments: Sequence[str] | None = None,
    required: Sequence[str] | None = None,
    user_token: str | SecretValue | None = None,
    **given: Any,
) -> AnyToolkit:
    """Makes ``kind(**given, …)`` with the values that Tacit releases for `user_id`. One request.

    `name` is the part of the tools' names for the toolkit (default: its module's, as in AGNO.md); `functions` are those
    that are asked for (default: those that the toolkit registers); `arguments` are the constructor's arguments that
    Tacit may fill (default: those of AGNO.md). `required`: without these a function is left out (default: the argument,
    if the toolkit has one; with several, one of them suffices). `given` goes to the constructor, and wins.

    Raises ``MissingCredential`` if no function is left, and the errors of ``Client.resolve_many``. The toolkit holds
    the values as plain text for as long as it lives: make it for one run of the agent.
    """
    plan = _Plan(kind, name, functions, arguments, required, given)
    return plan.build(client.resolve_many(user_id, plan.requests(), user_token=user_token))


async def atoolkit(
    kind: type[AnyToolkit],
    client: AsyncClient,
    user_id: object,
    *,
    name: str | None = None,
    functions: Iterable[str] | None = None,
    arguments: Sequence[str] | None = None,
    required: Sequence[str] | None = None,
    user_token: str | SecretValue | None = None,
    **given: Any,
) -> AnyToolkit:
    """As :func:`toolkit`, with an ``AsyncClient``."""
    plan = _Plan(kind, name, functions, arguments, required, given)
    return plan.build(await client.resolve_many(user_id, plan.requests(), user_token=user_token))


def toolkit_name(kind: type[Toolkit]) -> str:
    """``linear`` for ``agno.tools.linear.LinearTools``, ``google_maps`` for one of ``agno.tools.google.maps``."""
    module = kind.__module__
    if not module.startswith("agno.tools."):
        raise ConfigurationError(f"{kind.__qualname__} is no toolkit of agno's own: pass its name")
    return module.removeprefix("agno.tools.").replace(".", "_")


def _credential_arguments(kind: type[Toolkit]) -> Sequence[str]:
    for base in kind.__mro__:
        known = CREDENTIAL_ARGUMENTS.get(f"{base.__module__}.{base.__qualname__}")
        if known is not None:
            return known
    raise ConfigurationError(
        f"{kind.__qualname__} is not in the list of toolkits: pass the arguments that are credentials"
    )


class _Plan(Generic[AnyToolkit]):
    """What to ask for, and what to make of the answer."""

    def __init__(
        self,
        kind: type[AnyToolkit],
        name: str | None,
        functions: Iterable[str] | None,
        arguments: Sequence[str] | None,
        required: Sequence[str] | None,
        given: dict[str, Any],
    ) -> None:
        self._kind = kind
        self._given = given
        self._prefix = f"agno__{name if name is not None else toolkit_name(kind)}__"
        self._functions = list(functions) if functions is not None else registered_functions(kind, given)
        fillable = arguments if arguments is not None else _credential_arguments(kind)
        self._arguments = [argument for argument in fillable if argument not in given]
        parameters = inspect.signature(kind).parameters
        # Nothing is released for what is given, and nothing for what is no credential.
        self._provided = [each for each in {**parameters, **given} if each not in self._arguments]
        alone = self._arguments if len(self._arguments) == 1 else []
        self._required = list(required) if required is not None else alone
        if not self._functions:
            raise ConfigurationError(f"{kind.__qualname__} registers no function that is known: pass them as functions")

    def requests(self) -> list[ToolRequest]:
        return [
            ToolRequest(self._prefix + function, provided_args=self._provided, wanted_args=self._arguments)
            for function in self._functions
        ]

    def build(self, resolutions: Sequence[Resolution]) -> AnyToolkit:
        try:
            return self._build(resolutions)
        finally:
            for resolution in resolutions:
                resolution.wipe()

    def _build(self, resolutions: Sequence[Resolution]) -> AnyToolkit:
        groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
        values: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
        failure: TacitError | None = None
        for function, resolution in zip(self._functions, resolutions, strict=True):
            try:
                self._check(resolution)
            except TacitError as error:
                failure = failure or error
                _log.warning("left out %s: %s", resolution.tool_name, type(error).__name__)
                continue
            released = {a: r for a, r in resolution.arguments.items() if a in self._arguments}
            group = tuple(sorted((argument, one.secret_id) for argument, one in released.items()))
            groups.setdefault(group, []).append(function)
            values[group] = {argument: one.value.reveal() for argument, one in released.items()}
        if failure is not None and not groups:
            raise failure
        return self._join([(self._kind(**{**self._given, **values[group]}), names) for group, names in groups.items()])

    def _check(self, resolution: Resolution) -> None:
        resolution.require(*self._required)
        if self._arguments and not any(argument in resolution.arguments for argument in self._arguments):
            raise MissingCredential(resolution.missing)

    def _join(self, made: list[tuple[AnyToolkit, list[str]]]) -> AnyToolkit:
        """One toolkit of several that have different values. A function stays bound to its own."""
        first, _ = made[0]
        if len(made) > 1 and first.requires_connect:
            raise ConfigurationError(
                f"functions of {self._kind.__qualname__} get different values, and it keeps one connection: "
                "make a toolkit for each, with functions="
            )
        kept = {name: each for each, names in made for name in names}
        for of in ("functions", "async_functions"):
            present = getattr(first, of)
            for name in list(present):
                owner = kept.get(name)
                if owner is None:
                    _log.warning("left out %s%s, which was not asked for", self._prefix, name)
                    del present[name]
                else:
                    present[name] = getattr(owner, of)[name]
        return first
