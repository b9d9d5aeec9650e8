"""What the test server says: numbered event streams, and how each is to end."""

from __future__ import annotations

import base64
import itertools
import json
import os
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

_ids = itertools.count(1)


@dataclass
class Plan:
    """How a request is answered; the first segment of its path says so: /events=9,cut=fin/v1/..."""

    events: int = 11
    size: int = 0  # bytes of filling in each event
    delay: int = 0  # milliseconds between two events
    burst: int = 1  # events in one write
    after: int = -1  # events before the cut; -1: no cut
    cut: str = ""  # fin, reset, notify, half, end, rst, goaway, refuse
    code: int = 0  # of an RST_STREAM or a GOAWAY
    tail: int = 0  # events in the same write as the RST_STREAM
    hold: int = -1  # events before a wait for the command "go"
    hang: int = 0  # 1: there is no answer
    length: int = 0  # 1: a document announces its length
    retry: int = 0  # 1: a cut request is answered in full the next time
    background: int = 0  # 1: the response is a background one
    gzip: int = 0  # 1: the answer is packed
    noise: int = 0  # 1: the filling is such that packing does not help
    headers: int = 0  # more headers, of 1000 bytes each
    interim: int = 0  # interim answers (103) before the answer
    trailers: int = 0  # of 1000 bytes each

    @classmethod
    def read(cls, path: str) -> Plan:
        plan = cls()
        for part in urlsplit(path).path.split("/")[1].split(","):
            name, separator, value = part.partition("=")
            if separator:
                setattr(plan, name, value if name == "cut" else int(value))
        return plan


@dataclass
class Answer:
    plan: Plan
    response_id: str
    streams: bool
    first: int = 0  # the first event's number
    sent: int = field(default=0)

    def filling(self) -> str:
        if self.plan.noise:
            return base64.b64encode(os.urandom(self.plan.size * 3 // 4)).decode()
        return "x" * self.plan.size

    def event(self, number: int) -> bytes:
        plan = self.plan
        last = plan.events - 1
        fields: dict[str, object] = {"sequence_number": number}
        if number in (0, last):
            fields["type"] = "response.created" if number == 0 else "response.completed"
            fields["response"] = {
                "id": self.response_id,
                "object": "response",
                "background": bool(plan.background),
                "status": "in_progress" if number == 0 else "completed",
                "output": [],
            }
        else:
            fields["type"] = "response.output_text.delta"
            fields["item_id"] = "msg_1"
            fields["output_index"] = fields["content_index"] = 0
            fields["delta"] = f"{number};" + self.filling()
        return f"event: {fields['type']}\ndata: {json.dumps(fields)}\n\n".encode()

    def document(self) -> bytes:
        item = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "y" * self.plan.size + "Hello, world!"}],
        }
        body = {"id": self.response_id, "object": "response", "status": "completed"}
        return json.dumps({**body, "output": [item]}).encode()


# The plan of each response, by its id: a stream that is resumed goes on without a further cut.
_plans: dict[str, Plan] = {}
_cut_once: set[str] = set()


def answer(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    plan = Plan.read(path)
    whole = replace(plan, after=-1, cut="", hold=-1)
    if method == "GET":
        response_id = urlsplit(path).path.rpartition("/")[2]
        query = parse_qs(urlsplit(path).query)
        after = int(query.get("starting_after", ["-1"])[0])
        return Answer(
            _plans.get(response_id, whole),
            response_id,
            query.get("stream", ["false"])[0] == "true",
            first=after + 1,
        )
    # A request that is sent again has the same key.
    key = headers.get("idempotency-key", "")
    if plan.retry:
        if key in _cut_once:
            plan = whole
        _cut_once.add(key)
    response_id = f"resp_{next(_ids)}"
    _plans[response_id] = whole
    try:
        streams = bool(json.loads(body or b"{}").get("stream"))
    except ValueError:
        streams = False
    return Answer(plan, response_id, streams)
