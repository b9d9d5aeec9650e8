"""Builds wheels that carry libresponses.so.0: ``py3-none-<platform>``, for CPython 3.9 or newer.

The library is taken from LIB_DIR, or from the checkout's ``build/lib``. Where there is none, as
when a wheel is made from the sdist, the wheel is ``py3-none-any`` and needs an installed library.
There is no hook that prepares metadata: it would do so before the licences are here.
WHEEL_PLATFORM names another platform than this machine's, ``manylinux_2_28_x86_64`` say. Licences
of what a self-contained library has in it lie beside it, in ``licences``, and go along.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    get_requires_for_build_sdist as get_requires_for_build_sdist,
)
from setuptools.build_meta import (
    get_requires_for_build_wheel as get_requires_for_build_wheel,
)

HERE = Path(__file__).resolve().parent
NAME = "libresponses.so.0"


@contextmanager
def license_text() -> Iterator[None]:
    """The checkout's licence beside this file, where it is looked for, unless it is there."""
    found, here = HERE.parent.parent / "LICENSE", HERE / "LICENSE"
    borrowed = found.exists() and not here.exists()
    if borrowed:
        shutil.copyfile(found, here)
    try:
        yield
    finally:
        if borrowed:
            here.unlink()


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """Builds the sdist."""
    with license_text():
        made: str = build_meta.build_sdist(sdist_directory, config_settings)
    return made


def library() -> Path | None:
    """The library to carry."""
    for place in (os.environ.get("LIB_DIR"), HERE.parent.parent / "build/lib"):
        if place and (Path(place) / NAME).exists():
            return Path(place) / NAME
    return None


def build_wheel(
    wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None
) -> str:
    """Builds the wheel, with the library in the package meanwhile."""
    with license_text():
        return _build_wheel(wheel_directory, config_settings, metadata_directory)


def _build_wheel(wheel_directory: str, config_settings: Any, metadata_directory: Any) -> str:
    found = library()
    if found is None:
        pure: str = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
        return pure
    told = os.environ.get("WHEEL_PLATFORM") or sysconfig.get_platform()
    platform = told.replace("-", "_").replace(".", "_")
    carried = HERE / "libresponses" / NAME
    shutil.copyfile(found, carried)
    licences = [HERE / file.name for file in sorted(found.parent.glob("licences/LICENSE-*"))]
    for licence in licences:
        shutil.copyfile(found.parent / "licences" / licence.name, licence)
    options = f"[bdist_wheel]\nplat_name = {platform}\n"
    config = HERE / "setup.cfg"
    config.write_text(options)
    try:
        # Not pure, as it holds machine code; but for every Python.
        made: str = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    finally:
        for left in [carried, *licences]:
            left.unlink()
        config.unlink()
        shutil.rmtree(HERE / "build", ignore_errors=True)
    return made
