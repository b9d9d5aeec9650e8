"""The declarations for ctypes, held against the header as the compiler sees it."""

from __future__ import annotations

import ast
import ctypes
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from libresponses import _constants
from libresponses import _library as lib

HEADER = ROOT / "include/responses.h"
CLANG = shutil.which("clang") or "/opt/swift/usr/bin/clang"

needs_header = pytest.mark.skipif(not HEADER.exists(), reason="not in a source checkout")

TYPES: dict[str, Any] = {
    "void": None,
    "int": ctypes.c_int,
    "unsigned int": ctypes.c_uint,
    "unsigned": ctypes.c_uint,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "int *": lib.Int,
    "size_t *": lib.Size,
    "void *": ctypes.c_void_p,
    "const char **": lib.Out,
    "responses_event_fn": lib.Callback,
    "responses_attempt_fn": lib.AttemptCallback,
    "responses_key_fn": lib.KeyCallback,
    "responses_tool_fn": lib.ToolCallback,
    "responses_log_fn": lib.LogCallback,
    "responses_read_fn": lib.ReadCallback,
    "responses_rewind_fn": lib.RewindCallback,
    "responses_write_fn": lib.WriteCallback,
    "responses_image_fn": lib.ImageCallback,
}


def fits(told: str, declared: Any) -> bool:
    """Whether a type of the header may be declared like that."""
    if told in TYPES:
        return declared is TYPES[told]
    if told in ("const char *", "char *"):
        return declared in (ctypes.c_char_p, ctypes.c_void_p)
    if told.endswith("**"):
        return declared is lib.Out
    if told.endswith("*"):
        return declared is ctypes.c_void_p
    return False


@needs_header
def test_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.setenv("CLANG", CLANG)
    import header

    functions = header.functions(str(HEADER))
    assert sorted(functions) == sorted(lib.DECLARATIONS)
    for name, node in functions.items():
        result, arguments = lib.DECLARATIONS[name]
        told = node["type"]["qualType"].partition("(")[0].strip()
        assert fits(told, result), (name, told)
        parameters = [one for one in node.get("inner", ()) if one["kind"] == "ParmVarDecl"]
        assert len(parameters) == len(arguments), name
        for parameter, declared in zip(parameters, arguments):
            assert fits(parameter["type"]["qualType"], declared), (name, parameter["name"])
    sys.modules.pop("header", None)


def test_the_library_has_the_same_constants() -> None:
    """That they are those of the header is seen to by scripts/header.py, which makes them."""
    value = ctypes.c_int()
    names = [name for name in vars(_constants) if name.isupper()]
    assert len(names) > 100
    for name in names:
        status = lib.quick.responses_constant(f"RESPONSES_{name}".encode(), ctypes.byref(value))
        assert status == _constants.OK
        assert value.value == getattr(_constants, name), name


def test_every_file_says_what_it_is() -> None:
    for path in Path(lib.__file__).parent.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path
