"""The modules of the package form an order, and each imports only what stands before it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

import libresponses

# The installed one, if that is what is tested.
PACKAGE = Path(libresponses.__file__).parent


def order() -> list[str]:
    """The modules as docs/python.md lists them."""
    text = (ROOT / "docs/python.md").read_text()
    listed = text[text.index("Its modules, in the order") :].split("\n\n")[1]
    return [
        name for line in listed.splitlines() for name in re.split("  +", line.strip())[0].split(" ")
    ]


def module(path: Path) -> str:
    """The name of a module in the list: a source for asyncio and its twin have one place."""
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    return name.replace(".__init__", "").removesuffix("_async")


def imports(path: Path) -> Iterator[str]:
    """What a module imports of the package, also within functions, but not for types alone."""

    def walk(node: ast.AST) -> Iterator[ast.ImportFrom]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ImportFrom):
                yield child
            if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
                yield from walk(child)

    for found in walk(ast.parse(path.read_text())):
        if found.level:
            directory = path.parents[found.level - 1]
            names = [found.module] if found.module else [alias.name for alias in found.names]
            for name in names:
                target = directory / f"{name.replace('.', '/')}.py"
                assert target.exists(), f"{path}: {name} is not a module"
                yield module(target)


def test_every_module_has_its_place() -> None:
    modules = {module(path) for path in PACKAGE.rglob("*.py")} - {"__init__", "_params"}
    assert sorted(order()) == sorted(modules)


def test_imports_go_one_way() -> None:
    place = {name: index for index, name in enumerate(order())}
    upwards = [
        f"{module(path)} imports {name}"
        for path in PACKAGE.rglob("*.py")
        if module(path) != "__init__"
        for name in imports(path)
        if place[name] >= place.get(module(path), 0)
    ]
    assert not upwards


def test_nothing_waits_but_the_two_modules_that_do() -> None:
    """What is above them has one source, so neither kind of client knows the other's."""
    for path in PACKAGE.glob("_*_async.py"):
        assert "_blocking" not in imports(path), path
        assert "_asyncio" not in imports(path.with_name(path.name.replace("_async", ""))), path
