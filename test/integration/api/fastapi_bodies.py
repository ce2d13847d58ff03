#!/usr/bin/env python3
"""Writes fastapi_bodies.json: what the published API, a FastAPI application, answers to each of a table of bodies.

Needed only to make the table again:  python3 -m venv v && v/bin/pip install fastapi httpx && v/bin/python fastapi_bodies.py
The integration test sends the same bodies to tacit. Where its answer differs, `ours` has its answer and `why` the reason.
"""
import json
import pathlib
import platform
import warnings
from typing import Annotated

warnings.simplefilter("ignore")
import fastapi
import pydantic
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient

app = FastAPI()
Text = Body(min_length=1, max_length=1024)
Value = Body(min_length=4, max_length=1024)
Flag = Body()


@app.post("/api/v1/secrets/")
async def create(
    secret_name: Annotated[str, Text],
    secret_value: Annotated[str, Value],
    tool_name: Annotated[str | None, Text] = None,
    tool_arg: Annotated[str | None, Text] = None,
    is_default_for_tool: Annotated[bool | None, Flag] = None,
):
    return [secret_name, tool_name, tool_arg, is_default_for_tool]


@app.patch("/api/v1/secrets/{secret_id}")
async def update(
    secret_id: str,
    secret_name: Annotated[str | None, Text] = None,
    secret_value: Annotated[str | None, Value] = None,
    tool_name: Annotated[str | None, Text] = None,
    tool_arg: Annotated[str | None, Text] = None,
    is_default_for_tool: Annotated[bool | None, Flag] = None,
):
    return [secret_name, tool_name, tool_arg, is_default_for_tool]


JSON = "application/json"
cases = []


def case(name, *pieces, type=JSON, ours=None, why=None, methods=("POST", "PATCH")):
    """A body in pieces: text, bytes, or (text, how many times)."""
    for method in methods:
        cases.append((method, name, pieces, type, ours, why))


def invalid(at):
    return {"status": 422, "faults": [["json_invalid", ["body", at], "JSON decode error"]]}


MEDIA = {"status": 415}
BYTES = "the offset counts bytes, as the contract has it; FastAPI's counts characters"
STRICT = "RFC 8259 does not have it; Python's reader takes it"

FULL = '{"secret_name":"n","secret_value":"12345678"'

# No object.
case("no body")
case("no body and no type", type=None)
case("no body of type text/plain", type="text/plain")
case("no body that is a form", type="application/x-www-form-urlencoded")
for text in ("null", " null ", "[]", '["secret_name"]', '[{"secret_name":"n"}]', '"text"', '""', "17", "-1.5e3", "true", "false"):
    case("no object: " + text, text)
case("an empty object", "{}")
case("an empty object between white space", " \t\r\n{ }\n ")

# Types of each field.
FIELDS = ("secret_name", "secret_value", "tool_name", "tool_arg")
for field in FIELDS:
    for value in ("null", "1", "1.5", "true", "false", "[]", '["abcd"]', "{}", '{"a":"abcd"}', '""', '"a"', '"abc"', '"abcd"', '"    "', '"12345"'):
        case(f"{field} is {value}", f'{{"{field}":{value}}}')
        case(f"{field} is {value}, with all else", '{"secret_name":"n","secret_value":"12345678"}'.replace(f'"{field}":', f'"was_{field}":')[:-1] + f',"{field}":{value}}}', methods=("POST",))

# The flag, in all forms that pydantic accepts.
FLAGS = ["null", "true", "false", "0", "1", "2", "-1", "0.0", "1.0", "-0.0", "0.5", "1.5", "1e0", "10e-1", "2.0", "9223372036854775808", "1e30", "-1e30",
         "1e-400", '""', '" true"', '"true "', '"0"', '"1"', '"2"', '"00"', '"1.0"', '"null"', '"on"', '"off"', '"t"', '"f"', '"y"', '"n"', '"yes"', '"no"', '"true"', '"false"',
         '"TRUE"', '"True"', '"tRUE"', '"oN"', '"OFF"', '"ja"', '"truee"', '"\\u0074rue"', '"ｔrue"', "[]", "[true]", "{}", '{"a":true}']
for flag in FLAGS:
    case(f"is_default_for_tool is {flag}", FULL, ',"tool_name":"t","tool_arg":"a","is_default_for_tool":', flag, "}")
for flag in ("1" * 400, "1e400", "-1e400"):
    # Python reads it as infinity, which FastAPI cannot write into the response.
    ours = None if flag.startswith("11") else {"status": 422, "faults": [["bool_type", ["body", "is_default_for_tool"], "Input should be a valid boolean"]]}
    case(f"is_default_for_tool is the number {flag[:6]}, {len(flag)} long", FULL, ',"is_default_for_tool":', flag, "}", ours=ours, why=ours and "FastAPI fails with 500")
case("is_default_for_tool has 5000 digits", FULL, ',"is_default_for_tool":', ("1", 5000), "}",
     ours={"status": 422, "faults": [["bool_type", ["body", "is_default_for_tool"], "Input should be a valid boolean"]]}, why="Python refuses numbers of more than 4300 digits")

# Lengths are in code points.
for field in FIELDS:
    low = 4 if field == "secret_value" else 1
    for unit, what in (("x", "letters"), ("é", "two bytes"), ("🔑", "four bytes"), ("\\ud83d\\udd11", "escaped pairs"), ("e\u0301", "combining marks, two code points")):
        step = 2 if "combining" in what else 1
        for count in (low - 1, low, 1024, 1025):
            if count % step or count < 0:
                continue
            case(f"{field} of {count} {what}", f'{{"{field}":"', (unit, count // step), '"}')
case("everything too long", '{"secret_name":"', ("x", 1025), '","secret_value":"', ("x", 1026), '","tool_name":"', ("x", 2000), '","tool_arg":"', ("x", 5000), '"}')

# Unknown fields, order, several faults.
case("unknown fields are ignored", FULL, ',"x":1,"user_id":"nobody","display":null,"expires_at":17}')
case("names in another case are unknown", '{"Secret_Name":"n","SECRET_VALUE":"12345678"}')
case("all faults at once, in the order of the fields", '{"is_default_for_tool":"x","tool_arg":"","tool_name":[],"secret_value":"abc","secret_name":5}')
case("fields within another field", '{"body":{"secret_name":"n","secret_value":"12345678"}}')
case("escapes in names of fields", '{"secret_n\\u0061me":"n","secret_value":"12345678"}')
case("NUL and other control characters, escaped", '{"secret_name":"a\\u0000b","secret_value":"\\u0000\\u0001\\u001f\\u007f"}')
case("non-characters", '{"secret_name":"\\uffff\\ufffe","secret_value":"12345678"}')
case("numbers as texts", '{"secret_name":"1","secret_value":"12345678","tool_name":"2.5"}')
case("huge numbers in an unknown field", FULL, ',"x":[1e400,-1e-400,123456789012345678901234567890]}')
case("twenty arrays in one another, unknown", FULL, ',"x":', ("[", 20), ("]", 20), "}")
case("200 arrays in one another, unknown", FULL, ',"x":', ("[", 200), ("]", 200), "}", ours=invalid(len(FULL) + 5 + 31), why="at most 32 may be open")

# The same name twice.
TWICE = '{"secret_name":"n","secret_value":"12345678","secret_value":'
case("a field that comes twice", TWICE + '"87654321"}', ours=invalid(len(TWICE) - 2), why="another reader on the way may have kept the other one")
case("an unknown field that comes twice", FULL, ',"x":1,"x":2}', ours=invalid(len(FULL) + 9), why="another reader on the way may have kept the other one")

# White space and byte order marks around the body.
case("white space alone", " ")
case("white space alone, more of it", " \t\r\n\n")
case("a byte order mark", b"\xef\xbb\xbf", FULL, "}")
case("a byte order mark alone", b"\xef\xbb\xbf")
case("a byte order mark and white space", b"\xef\xbb\xbf", "  ")
case("a byte order mark before broken JSON", b"\xef\xbb\xbf", "{x}")
case("a byte order mark before null", b"\xef\xbb\xbf", "null")
case("two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf", "{}", )
case("white space before a byte order mark", " ", b"\xef\xbb\xbf", "{}")

# Not JSON.
BROKEN = ["{", "}", "[", "]", "{]", "[}", '{"a"', '{"a":', '{"a" :', '{"a":}', '{"a":,}', '{"a" 1}', '{"a";1}', '{,}', '{"a":1,}', '{"a":1,,"b":2}', '{"a":1 "b":2}', '{"a":1;"b":2}', "{a:1}", "{'a':1}",
          '{"a":\'b\'}', '{1:2}', '{null:1}', '{"a":tru}', '{"a":True}', '{"a":TRUE}', '{"a":None}', '{"a":nul}', '{"a":nulll}', '{"a":undefined}', '{"a":fals e}', '{"a":"b"} x', '{"a":"b"}{}', "{}{}", "{}]", "{},", "nullnull", "null 1",
          '{"a":[1,]}', '{"a":[,1]}', '{"a":[1 2]}', '{"a":[1}', '{"a":[1', '{"a":[', '{"a":{"b":[{"c":1},{"d":}]}}', '{"a":01}', '{"a":-}', '{"a":+1}', '{"a":.5}', '{"a":1.}', '{"a":1.e1}', '{"a":1e}', '{"a":1e+}', '{"a":0x10}', '{"a":1_000}', '{"a":--1}', "-", "01", "1 2",
          "/*c*/{}", "{}//c", "{/**/}", "#c\n{}", '{"a":"b', '{"a":"', '{"a', '{"', '"', '"abc', '{"a":"b\\"}', '{"a":"\\x41"}', '{"a":"\\', '{"a":"\\"', '{"a":"\\u12"}', '{"a":"\\u12g4"}', '{"a":"\\u"}', '{"a":"\\u123', '{"a":"\\U0041"}', '{"a":"\\ "}', '{"a":"\\\'"}', "{'", "abc", "secret_name=n&secret_value=12345678", "<a/>", "---\na: 1\n",
          '{"secret_name":"n","secret_value":"12345678",}', '{"secret_name":"n" "secret_value":"12345678"}', '{"secret_name":"n","secret_value":"1234\n5678"}', '{"secret_name":"a\tb","secret_value":"12345678"}', '{"secret_name":"n","secret_value":"1234\x005678"}', '{"secret\nname":1}', "{}\x00", "\x0b{}", "\xa0{}",
          '{"secret_name":"n"', '{"secret_name":"n",', '{"secret_name":"n","secret_value"', '{"secret_name":"n","secret_value":"1234', '[1,2', '[1,', '["a"', '["a" ', '{"a":1 ', ' {"a":1 } x']
for text in BROKEN:
    case("broken: " + json.dumps(text), text)
case("broken after letters of two bytes", '{"secret_name":"äää",}', ours=invalid(24), why=BYTES)
case("broken after letters of four bytes", '{"🔑":}', ours=invalid(8), why=BYTES)
for text, at in (('{"a":NaN}', 5), ('{"a":Infinity}', 5), ('{"a":-Infinity}', 6), ('{"is_default_for_tool":NaN}', 23), ("NaN", 0)):
    case("not a number of RFC 8259: " + text, text, ours=invalid(at), why=STRICT)
for text, at in (('{"secret_name":"\\ud800"}', 22), ('{"x":"\\udc00"}', 12), ('{"x":"\\udc00\\ud800"}', 12), ('{"x":"\\ud83dx"}', 12)):
    case("half of a surrogate pair: " + text, text, ours={"status": 422, "faults": [["json_invalid", ["body", None], "JSON decode error"]]}, why="it is no character, and cannot be stored as UTF-8")
for what, raw in (("a lone continuation byte", b"\x80"), ("cut short", b"\xe2\x82"), ("overlong", b"\xc0\xaf"), ("a surrogate", b"\xed\xa0\x80"), ("beyond Unicode", b"\xf4\x90\x80\x80"), ("Latin-1", b"\xe4")):
    case("not UTF-8: " + what, '{"secret_name":"', raw, '"}', ours=invalid(16), why="FastAPI says 400 without a place")
case("arrays that never close", ("[", 60000), ours=invalid(32), why="at most 32 may be open")
for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
    case("JSON in " + coding, (FULL + "}").encode(coding), ours=MEDIA, why="RFC 8259 section 8.1: JSON between systems is UTF-8")
case("gzip without saying so", bytes.fromhex("1f8b0800000000000003ab562a4e4d2e4a2d89cf4bcc4d55b252ca53aa0500"), ours=MEDIA, why="the answer says that compressed bodies are not taken")

# The Content-Type.
for type in ("application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8", "application/vnd.api+json", "application/problem+json; x=y", "application/merge-patch+json"):
    case("type " + type, FULL, "}", type=type)
for type in ("text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/octet-stream", "text/json", "application/jsonp", "json", "*/*"):
    case("type " + type, FULL, "}", type=type, ours=MEDIA, why="the contract: 415 for what is not JSON")
case("no type", FULL, "}", type=None, ours={"status": 200}, why="a body without a type is taken for JSON")


def bytes_of(pieces):
    parts = [p if isinstance(p, tuple) else (p, 1) for p in pieces]
    return b"".join((p if isinstance(p, bytes) else p.encode()) * n for p, n in parts)


def shown(piece):
    if isinstance(piece, bytes):
        return {"hex": piece.hex()}
    return list(piece) if isinstance(piece, tuple) else piece


def ask(client, method, body, type):
    target = "/api/v1/secrets/" + ("x" if method == "PATCH" else "")
    answer = client.request(method, target, content=body, headers={"Content-Type": type} if type else {})
    result = {"status": answer.status_code}
    if answer.status_code == 200:
        if len(body) < 400:
            result["read"] = answer.json()
    if answer.status_code == 422:
        result["faults"] = [[f["type"], f["loc"], f["msg"]] for f in answer.json()["detail"]]
    return result


def main():
    client = TestClient(app, raise_server_exceptions=False)
    lines = []
    for method, name, pieces, type, ours, why in cases:
        row = {"name": name, "method": method, "type": type, "body": [shown(p) for p in pieces], "fastapi": ask(client, method, bytes_of(pieces), type)}
        if ours:
            row |= {"ours": ours, "why": why}
        lines.append(json.dumps(row, ensure_ascii=True))
    made = f"FastAPI {fastapi.__version__}, pydantic {pydantic.VERSION}, Python {platform.python_version()}"
    text = '{"made_by": "fastapi_bodies.py",\n"of": ' + json.dumps(made) + ',\n"cases": [\n' + ",\n".join(lines) + "\n]}\n"
    pathlib.Path(__file__).with_suffix(".json").write_text(text)
    print(len(lines), "cases;", made)


main()
