"""Classes of conversations and their items, by the names of ``openai.types.conversations``."""

from __future__ import annotations

from typing import Any

from .._models import Conversation as Conversation
from .._models import ConversationDeletedResource as ConversationDeletedResource
from .._models import ConversationItemList as ConversationItemList
from .._models import Model
from . import responses

ConversationItem = Model

# Names of classes, with the "type" of their objects.
_KINDS = {
    "ComputerScreenshotContent": "computer_screenshot",
    "InputFileContent": "input_file",
    "InputImageContent": "input_image",
    "InputTextContent": "input_text",
    "Message": "message",
    "OutputTextContent": "output_text",
    "RefusalContent": "refusal",
    "SummaryTextContent": "summary_text",
    "TextContent": "text",
}


def __getattr__(name: str) -> Any:
    kind = _KINDS.get(name)
    if kind is not None:
        found: Any = responses.class_of(kind)
    elif name.endswith(("Param", "Params")):
        found = dict
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found
