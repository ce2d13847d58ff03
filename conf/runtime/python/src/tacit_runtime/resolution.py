"""What is asked of the tool plane, and what it releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any

from tacit_runtime.errors import Forbidden, Missing, MissingCredential
from tacit_runtime.secret_value import MASK, SecretValue


@dataclass(frozen=True)
class ToolRequest:
    """What one tool asks for.

    `tool_name` is a name, never a pattern. `provided_args`: arguments that the tool's caller passed itself; they get no
    default. `secrets`: for an argument, the name of the secret that a workflow names. `wanted_args`: arguments whose
    lack the answer tells.
    """

    tool_name: str
    provided_args: Sequence[str] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    wanted_args: Sequence[str] = ()

    def document(self) -> dict[str, Any]:
        """The request's JSON. Fields that say nothing are left out. Raises ``TypeError`` for wrong types."""
        document: dict[str, Any] = {"tool_name": _text("tool_name", self.tool_name)}
        if self.provided_args:
            document["provided_args"] = _texts("provided_args", self.provided_args)
        if self.secrets:
            names = dict(self.secrets)
            document["secrets"] = {_text("secrets", a): _text("secrets", names[a]) for a in names}
        if self.wanted_args:
            document["wanted_args"] = _texts("wanted_args", self.wanted_args)
        return document


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is text")
    return value


def _texts(what: str, values: Iterable[str]) -> list[str]:
    if isinstance(values, str):
        raise TypeError(f"{what} is a list of texts")
    return [_text(what, value) for value in values]


@dataclass(frozen=True, eq=False)
class Released:
    """A value that a tool may use for one argument."""

    value: SecretValue
    secret_id: str
    # Users' names for secrets are left out of logs.
    secret_name: str = field(repr=False)
    updated_at: datetime
    #: From then on the value is released no more; None: it does not expire.
    expires_at: datetime | None = None


@dataclass(frozen=True, eq=False)
class Resolution:
    """The answer for one tool. As a context manager it wipes the values at the end.

    `arguments` has what was released. `missing` lists those of `wanted_args` that got no value and were not provided.
    `refusal` is set only by ``resolve_many``: then this tool got nothing, and the others are not affected.
    """

    tool_name: str
    arguments: Mapping[str, Released]
    missing: tuple[Missing, ...] = ()
    refusal: Forbidden | None = None

    def value(self, argument: str) -> SecretValue:
        """The value for `argument`. Raises as :meth:`require` does if there is none."""
        self.require(argument)
        return self.arguments[argument].value

    def values(self) -> dict[str, SecretValue]:
        """All values by argument, still hidden."""
        return {argument: released.value for argument, released in self.arguments.items()}

    def require(self, *arguments: str) -> Resolution:
        """Raises ``MissingCredential`` unless each of `arguments` has a value, or `refusal` if there is one.

        Returns the resolution itself.
        """
        if self.refusal is not None:
            raise self.refusal
        known = {each.argument: each for each in self.missing}
        lacking = [argument for argument in arguments if argument not in self.arguments]
        if lacking:
            raise MissingCredential([known.get(a) or Missing(a, "none", None, self.tool_name) for a in lacking])
        return self

    def redact(self, text: str) -> str:
        """`text` with ``****`` for each of the values, for texts of a tool's service that repeat what was sent."""
        revealed = [released.value.reveal() for released in self.arguments.values() if not released.value.wiped]
        for value in sorted(revealed, key=len, reverse=True):
            text = text.replace(value, MASK)
        return text

    def wipe(self) -> None:
        """Wipes all values."""
        for released in self.arguments.values():
            released.value.wipe()

    def __enter__(self) -> Resolution:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()
