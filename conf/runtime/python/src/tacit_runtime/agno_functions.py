"""Which functions an agno toolkit will register, found before it is made: making it needs the credentials.

Toolkits list their methods in ``__init__``, some of them under flags: ``if enable_search or all:
tools.append(self.search)``. This reads that source, with the flags' values.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from agno.tools import Toolkit


def registered_functions(kind: type[Toolkit], given: Mapping[str, Any]) -> list[str]:
    """The names of the functions that ``kind(**given)`` registers, in their order.

    A condition that is not made of flags counts as true and as false. Without source: all public methods.
    """
    names: dict[str, None] = {}
    for base in kind.__mro__:
        if base is Toolkit:
            break
        if "__init__" in vars(base):
            names.update(dict.fromkeys(_named_in(base, kind, given)))
    if not names:
        names.update(dict.fromkeys(_public_methods(kind)))
    include, exclude = given.get("include_tools"), given.get("exclude_tools") or ()
    return [name for name in names if name not in exclude and (include is None or name in include)]


def _public_methods(kind: type[Toolkit]) -> Iterator[str]:
    for name, member in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_") and not hasattr(Toolkit, name):
            yield name


def _named_in(base: type, kind: type[Toolkit], given: Mapping[str, Any]) -> Iterator[str]:
    making = vars(base)["__init__"]
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(making)))
    except (OSError, TypeError, SyntaxError):
        return
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(making).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    # What a subclass passes on to its base is not known.
    flags = {**defaults, **given} if base is kind or "__init__" not in vars(kind) else {}
    function = tree.body[0]
    if isinstance(function, ast.FunctionDef):
        yield from _Walk(kind, flags).statements(function.body)


class _Walk:
    """Yields the methods that statements name without calling them."""

    def __init__(self, kind: type[Toolkit], flags: Mapping[str, Any]) -> None:
        self._kind = kind
        self._flags = flags

    def statements(self, body: list[ast.stmt]) -> Iterator[str]:
        for statement in body:
            if isinstance(statement, ast.If):
                truth = self._truth(statement.test)
                if truth is not False:
                    yield from self.statements(statement.body)
                if truth is not True:
                    yield from self.statements(statement.orelse)
            else:
                yield from self._node(statement)

    def _node(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and self._method(node.elts[0]):
            # (self.amethod, "name"): a variant for asyncio, under another name.
            name = node.elts[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value
                return
        method = self._method(node)
        if method:
            yield self._name_of(method)
        called = node.func if isinstance(node, ast.Call) else None
        for child in ast.iter_child_nodes(node):
            if child is called and self._method(child):
                continue
            if isinstance(child, ast.stmt):
                yield from self.statements([child])
            else:
                yield from self._node(child)

    def _method(self, node: ast.AST) -> str | None:
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or node.value.id != "self":
            return None
        member = inspect.getattr_static(self._kind, node.attr, None)
        if member is None or isinstance(member, property) or hasattr(Toolkit, node.attr):
            return None
        return node.attr if callable(member) or hasattr(member, "entrypoint") or _is_static(member) else None

    def _name_of(self, method: str) -> str:
        # The decorator @tool makes a Function, which has a name of its own.
        member = inspect.getattr_static(self._kind, method)
        return str(member.name) if hasattr(member, "entrypoint") else method

    def _truth(self, test: ast.expr) -> bool | None:
        """The value of a condition, or None if it is made of more than flags."""
        if isinstance(test, ast.Constant):
            return bool(test.value)
        if isinstance(test, ast.Name) and isinstance(self._flags.get(test.id), bool):
            return bool(self._flags[test.id])
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self._truth(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.BoolOp):
            decisive = isinstance(test.op, ast.Or)
            truths = [self._truth(value) for value in test.values]
            if decisive in truths:
                return decisive
            return None if None in truths else not decisive
        return None


def _is_static(member: object) -> bool:
    return isinstance(member, (staticmethod, classmethod))
