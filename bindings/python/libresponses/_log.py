"""The library's log, to Python's logger ``libresponses``, up to a level.

OPENAI_LOG names it: error, warning, info or debug.
"""

from __future__ import annotations

import logging
import sys
from ctypes import string_at

from . import _constants
from . import _library as lib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

logger = logging.getLogger("libresponses")

_LEVELS = {
    "error": (_constants.LOG_ERROR, logging.ERROR),
    "warning": (_constants.LOG_WARNING, logging.WARNING),
    "info": (_constants.LOG_INFO, logging.INFO),
    "debug": (_constants.LOG_DEBUG, logging.DEBUG),
}
_PYTHON = dict(_LEVELS.values())


def _told(level: int, line: int, length: int, _: Any) -> None:
    try:
        logger.log(_PYTHON.get(level, logging.DEBUG), "%s", string_at(line, length).decode())
    except Exception:  # there is nobody above to hand it to
        sys.excepthook(*sys.exc_info())


# One for all clients, for as long as the module lives: the library never calls one that is gone.
_callback = lib.LogCallback(_told)


def attach(handle: int, level: str) -> None:
    """Sends what a client has to say to the logger."""
    if level.lower() not in _LEVELS:
        return
    number, shown = _LEVELS[level.lower()]
    if not logging.getLogger().handlers and not logger.handlers:
        logging.basicConfig(format="[%(asctime)s - %(name)s] %(message)s")
    logger.setLevel(shown)
    lib.blocking.responses_client_set_log(handle, number, _callback, None)
