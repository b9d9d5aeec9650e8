"""Classes of items, parts and events: ``isinstance(item, ResponseFunctionToolCall)``.

The names are those of ``openai.types.responses``. Names of parameters (``...Param``) are
dictionaries; names of what is text, a list or of several forms are ``str``, ``list`` and `Model`.
"""

from __future__ import annotations

from typing import Any

from .. import _names
from .._events import Event as Event
from .._models import Classes, Model
from .._models import CompactedResponse as CompactedResponse
from .._models import InputTokenCountResponse as InputTokenCountResponse
from .._models import Response as Response
from .._models import ResponseUsage as ResponseUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._typed_both import ParsedResponse as ParsedResponse
else:
    ParsedResponse = Response
ResponseStreamEvent = Event

# One assignment for each: a type checker takes no other for the name of a type.
# What the API has several forms of, and what is text or a list.
ComputerAction = Model
ContainerNetworkPolicyDomainSecret = Model
EasyInputMessage = Model
LocalSkill = Model
McpToolCallError = Model
ParsedContent = Model
ParsedResponseOutputItem = Model
ResponseFormatTextConfig = Model
ResponseFunctionCallOutputItem = Model
ResponseFunctionShellCallOutputContent = Model
ResponseInputContent = Model
ResponseInputItem = Model
ResponseItem = Model
ResponseItemList = Model
ResponseOutputItem = Model
ResponseSteerInputContent = Model
ResponseSteerRequiredInput = Model
ResponseTextConfig = Model
ResponsesClientEvent = Model
Tool = Model
ResponsesServerEvent = Event
ComputerActionList = list
ResponseFunctionCallOutputItemList = list
ResponseInput = list
ResponseInputMessageContentList = list
ResponseSteerInput = list
ImageDetail = str
ResponseIncludable = str
ResponseStatus = str
ResponseSteerErrorCode = str
ResponseSteerPendingReason = str
ServiceTier = str
ToolChoiceOptions = str


class EventType(type):
    """The class of classes of events: an event is told by its "type"."""

    kind: str

    def __instancecheck__(cls, event: object) -> bool:
        return isinstance(event, Event) and event.type == cls.kind


def class_of(kind: str) -> type[Model]:
    """The class of objects with this "type"."""
    if not Classes.is_made:
        Classes.make()
    return Classes.by_type.get(kind, Model)


def __getattr__(name: str) -> Any:
    if not Classes.is_made:
        Classes.make()
    known = {**Classes.by_field, **Classes.by_type}
    found: Any = next((one for one in known.values() if one.__name__ == name), None)
    if found is None:
        for alias, kind in _names.rows(_names.ALIASES):
            if alias == name:
                found = Classes.by_type.get(kind, Model)
    if found is None:
        for kind, event_name, *_ in _names.rows(_names.EVENTS):
            if event_name == name:
                found = EventType(name, (Event,), {"kind": kind, "__slots__": ()})
    if found is None and name.endswith(("Param", "Params")):
        found = dict
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found
