"""The library's log, to Python's logger ``libresponses``, up to a level.

OPENAI_LOG names it: error, warning, info or debug.
"""

from __future__ import annotations

import logging
import sys
from ctypes import string_at

from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

logger = logging.getLogger("libresponses")

# The library's levels.
_LEVELS = {"error": 1, "warning": 2, "info": 3, "debug": 4}
_PYTHON = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG}


def _told(level: int, line: int, length: int, _: Any) -> None:
    try:
        logger.log(_PYTHON.get(level, logging.DEBUG), "%s", string_at(line, length).decode())
    except Exception:  # there is nobody above to hand it to
        sys.excepthook(*sys.exc_info())


# One for all clients, for as long as the module lives: the library never calls one that is gone.
_callback = lib.LogCallback(_told)


def attach(handle: int, level: str) -> None:
    """Sends what a client has to say to the logger."""
    number = _LEVELS.get(level.lower())
    if number is None:
        return
    if not logging.getLogger().handlers and not logger.handlers:
        logging.basicConfig(format="[%(asctime)s - %(name)s] %(message)s")
    logger.setLevel(_PYTHON[number])
    lib.blocking.responses_client_set_log(handle, number, _callback, None)
