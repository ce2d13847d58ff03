"""Reading the tool plane's answers: releases, and refusals as errors.

A debugger or an error tracker shows the variables of the functions that an exception leaves. So the functions that hold
values as text let none out: they return None for an answer that they do not understand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from tacit_runtime.errors import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    MalformedAnswer,
    Missing,
    NotFound,
    Overloaded,
    Refused,
    ServerError,
    Unauthorized,
    Withheld,
)
from tacit_runtime.http_answer import Answer
from tacit_runtime.resolution import Released, Resolution, ToolRequest
from tacit_runtime.secret_value import SecretValue

_WITHHELD_REASONS = ("not_found", "not_bound", "expired")
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_NOT_UNDERSTOOD = "the server's answer is not that of a tool plane"


def read_resolution(answer: Answer, asked: ToolRequest) -> Resolution:
    """The answer to ``/tool/v1/resolve``. Wipes the answer's body."""
    read = _resolution_of(_document(answer), asked)
    answer.wipe()
    if read is None:
        raise MalformedAnswer(_NOT_UNDERSTOOD)
    return read


def read_resolutions(answer: Answer, asked: Sequence[ToolRequest]) -> list[Resolution]:
    """The answer to ``/tool/v1/resolve-many``, in the order asked. Wipes the answer's body."""
    read = _resolutions_of(_document(answer), asked)
    answer.wipe()
    if read is None:
        raise MalformedAnswer(_NOT_UNDERSTOOD)
    return read


def _document(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _resolutions_of(document: Any, asked: Sequence[ToolRequest]) -> list[Resolution] | None:
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list) or len(results) != len(asked):
        return None
    resolutions = []
    for result, request in zip(results, asked, strict=True):
        if not isinstance(result, dict) or result.get("tool_name") != request.tool_name:
            return None
        if "detail" in result:
            text = _detail_text(result["detail"])
            refusal = Forbidden(403, text, None, withheld_in(text, request))
            resolutions.append(Resolution(request.tool_name, {}, (), refusal))
            continue
        resolution = _resolution_of(result, request)
        if resolution is None:
            return None
        resolutions.append(resolution)
    return resolutions


def _resolution_of(document: Any, asked: ToolRequest) -> Resolution | None:
    arguments = document.get("arguments") if isinstance(document, dict) else None
    if not isinstance(arguments, dict):
        return None
    released = {}
    for argument, item in arguments.items():
        one = _released_of(item)
        if one is None:
            return None
        released[argument] = one
    missing = _missing_of(document.get("missing", []), asked)
    if missing is None:
        return None
    return Resolution(asked.tool_name, released, tuple(missing))


def _released_of(item: Any) -> Released | None:
    if not isinstance(item, dict):
        return None
    value, secret_id, name = item.get("value"), item.get("secret_id"), item.get("secret_name")
    updated_at, expires_at = _instant(item.get("updated_at")), _instant(item.get("expires_at"))
    if not isinstance(value, str) or not isinstance(secret_id, str) or not isinstance(name, str):
        return None
    if updated_at is None or (expires_at is None and item.get("expires_at") is not None):
        return None
    return Released(SecretValue(value), secret_id, name, updated_at, expires_at)


def _missing_of(items: Any, asked: ToolRequest) -> list[Missing] | None:
    if not isinstance(items, list):
        return None
    missing = []
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("argument"), str):
            return None
        reason, url = item.get("reason"), item.get("add_url")
        # The URL is shown to people to be opened: nothing but a web page.
        add_url = url if isinstance(url, str) and url.startswith("https://") else None
        text = reason if isinstance(reason, str) else "none"
        missing.append(Missing(item["argument"], text, add_url, asked.tool_name))
    return missing


def _instant(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    parts = _RFC_3339.fullmatch(text)
    if parts is None:
        return None
    whole, fraction, offset = parts.groups()
    try:
        # Python 3.10 knows neither Z nor fractions of other lengths.
        return datetime.fromisoformat(f"{whole}.{(fraction or '')[:6]:0<6}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError:
        return None


def retry_after(answer: Answer) -> float | None:
    """The seconds of the header Retry-After (RFC 9110, section 10.2.3), or None."""
    text = answer.header("retry-after")
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        instant = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=timezone.utc)
    return max(0.0, (instant - datetime.now(timezone.utc)).total_seconds())


def refusal(answer: Answer, asked: Sequence[ToolRequest]) -> Refused:
    """The error that an answer with a status other than 2xx stands for. Wipes the answer's body."""
    document = _document(answer)
    answer.wipe()
    detail = document.get("detail") if isinstance(document, dict) else None
    text, status, request_id = _detail_text(detail), answer.status, _request_id(answer)
    if status == 401:
        return Unauthorized(status, text, request_id)
    if status == 403:
        withheld = [each for request in asked for each in withheld_in(text, request)]
        return Forbidden(status, text, request_id, withheld)
    if status == 404:
        return NotFound(status, text, request_id)
    if status == 409:
        return Conflict(status, text, request_id)
    if status in (429, 503):
        return Overloaded(status, text, request_id, retry_after(answer))
    if 400 <= status < 500:
        return Invalid(status, text, request_id, _faults_of(detail))
    return ServerError(status, text, request_id)


def _request_id(answer: Answer) -> str | None:
    text = answer.header("x-request-id")
    return text if text is not None and len(text) <= 128 and text.isascii() and text.isprintable() else None


def _detail_text(detail: Any) -> str:
    if isinstance(detail, str):
        return detail
    if isinstance(detail, dict) and isinstance(detail.get("msg"), str):
        return str(detail["msg"])
    faults = _faults_of(detail)
    if faults:
        return "; ".join(f"{'.'.join(str(word) for word in fault.loc)}: {fault.msg}" for fault in faults)
    return "the server gave no reason"


def _faults_of(detail: Any) -> list[Fault]:
    faults = []
    for item in detail if isinstance(detail, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("loc"), list):
            continue
        loc = tuple(word if isinstance(word, (str, int)) else str(word) for word in item["loc"])
        faults.append(Fault(str(item.get("type", "")), loc, str(item.get("msg", ""))))
    return faults


def withheld_in(text: str, asked: ToolRequest) -> list[Withheld]:
    """Which of the secrets that were asked for by name a refusal's sentence lists, and why."""
    withheld = []
    for argument, name in asked.secrets.items():
        for reason in _WITHHELD_REASONS:
            if f'"{name}" for the argument "{argument}" ({reason})' in text:
                withheld.append(Withheld(argument, name, reason))
                break
    return withheld
