"""Reads the constructors of agno's toolkits, and writes what the adapter and its readers need to know of them.

    python tests/agno_table.py --write

makes src/tacit_runtime/agno_toolkits.py and AGNO.md from the agno that is installed.

It reads the source without importing it: most toolkits need packages of their own.
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent
MODULE = FOLDER / "src" / "tacit_runtime" / "agno_toolkits.py"
PAGE = FOLDER / "AGNO.md"

# An argument that is a credential by its name, if it is text.
_CREDENTIAL = re.compile(r"^key$|(^|_)(api_key|access_key|private_key|consumer_key|token|secret|password|passkey|pat)$")
# What a service wants along with a credential.
_COMPANION = frozenset({"username", "user", "account_sid", "auth_id", "client_id", "account_id", "access_key_id"})
_TEXT = ("str", "Optional[str]", "str | None")


def toolkits() -> dict[str, tuple[str, ...]]:
    """The credential arguments of each toolkit of agno that has some, by the full name of its class."""
    found = importlib.util.find_spec("agno.tools")
    assert found is not None and found.submodule_search_locations
    root = pathlib.Path(found.submodule_search_locations[0])
    table = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join(("agno", "tools", *parts)).removesuffix(".__init__")
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and _is_toolkit(node):
                arguments = _credentials(node)
                if arguments:
                    table[f"{module}.{node.name}"] = arguments
    return table


def _is_toolkit(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith(("Toolkit", "Tools")) for base in node.bases)


def _credentials(node: ast.ClassDef) -> tuple[str, ...]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            texts = [
                each.arg
                for each in member.args.args + member.args.kwonlyargs
                if each.annotation is not None and ast.unparse(each.annotation) in _TEXT
            ]
            if any(map(_CREDENTIAL.search, texts)):
                return tuple(each for each in texts if _CREDENTIAL.search(each) or each in _COMPANION)
    return ()


def module_text(table: dict[str, tuple[str, ...]]) -> str:
    """The text of agno_toolkits.py."""
    lines = [
        '"""The credentials among the arguments of agno\'s toolkits (AGNO.md). Written by tests/agno_table.py."""',
        "",
        "CREDENTIAL_ARGUMENTS: dict[str, tuple[str, ...]] = {",
    ]
    for name, arguments in table.items():
        texts = ", ".join(f'"{argument}"' for argument in arguments)
        lines.append(f'    "{name}": ({texts}{"," if len(arguments) == 1 else ""}),')
    return "\n".join([*lines, "}", ""])


def page_text(table: dict[str, tuple[str, ...]]) -> str:
    """The text of AGNO.md."""
    lines = [
        "# Toolkits of agno and their credentials",
        "",
        "A user stores a secret with `tool_name` and `tool_arg` of a line, and `is_default_for_tool`. The tool of one",
        "function has the function's name in place of the `*`. If a toolkit has several arguments, its service decides",
        "which of them it needs. Arguments that this page does not list are not filled from Tacit.",
        "",
        f"Written by `tests/agno_table.py` from agno {importlib.metadata.version('agno')}.",
        "",
        "| toolkit | `tool_name` | `tool_arg` |",
        "|---|---|---|",
    ]
    for name, arguments in table.items():
        module, _, kind = name.rpartition(".")
        part = module.removeprefix("agno.tools.").replace(".", "_")
        lines.append(f"| {kind} | `agno__{part}__*` | {', '.join(f'`{argument}`' for argument in arguments)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    MODULE.write_text(module_text(toolkits()), "utf-8")
    PAGE.write_text(page_text(toolkits()), "utf-8")
