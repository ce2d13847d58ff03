"""A value that does not show itself."""

from __future__ import annotations

import hmac
from typing import Any, NoReturn

MASK = "****"


class SecretValue:
    """A secret's value. It prints as ``****`` wherever it is printed, formatted, logged or shown by a debugger.

    Only :meth:`reveal` gives the text. Comparing takes constant time for values of one length, with another
    ``SecretValue`` or with a ``str``. It has no hash, cannot be pickled, and ``json.dumps`` refuses it. A copy is the
    object itself, so there is one value to wipe.

    The bytes are wiped by :meth:`wipe`, and when the object is collected. This is best effort: Python may have made
    copies that nothing can reach, such as the text that :meth:`reveal` returned.
    """

    __slots__ = ("__weakref__", "_content")

    def __init__(self, value: str | bytes | bytearray) -> None:
        """Copies `value`; bytes are UTF-8. The caller wipes its own copy."""
        if isinstance(value, str):
            self._content: bytearray | None = bytearray(value, "utf-8", "surrogatepass")
        elif isinstance(value, (bytes, bytearray)):
            self._content = bytearray(value)
        else:
            raise TypeError("a SecretValue is made of text or bytes")

    def reveal(self) -> str:
        """The value itself. Pass it on to the tool's service and keep it in no variable that outlives the call."""
        return self._present().decode("utf-8", "surrogatepass")

    def wipe(self) -> None:
        """Overwrites the value; afterwards :meth:`reveal` raises ``ValueError``. May be called more than once."""
        content, self._content = self._content, None
        if content is not None:
            content[:] = bytes(len(content))

    @property
    def wiped(self) -> bool:
        """Whether the value was wiped."""
        return self._content is None

    def _present(self) -> bytearray:
        if self._content is None:
            raise ValueError("this value was wiped")
        return self._content

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SecretValue):
            return hmac.compare_digest(self._present(), other._present())
        if isinstance(other, str):
            return hmac.compare_digest(self._present(), other.encode("utf-8", "surrogatepass"))
        return NotImplemented

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __copy__(self) -> SecretValue:
        return self

    def __deepcopy__(self, memo: object) -> SecretValue:
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a SecretValue is not pickled: it must reach no disk and no other process")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a SecretValue is not pickled: it must reach no disk and no other process")

    def __del__(self) -> None:
        # An object whose making failed has no content.
        if getattr(self, "_content", None) is not None:
            self.wipe()
