"""The cases of all languages: Tests/runs/README.md says what they mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
from test_tools import Model, in_loop, in_loop_streamed, in_thread, in_thread_streamed

import libresponses

Json = dict[str, Any]

CASES: list[Json] = json.loads(
    (Path(__file__).parents[3] / "Tests" / "runs" / "cases.json").read_text("utf-8")
)


def tools_of(names: list[str], called: list[str]) -> list[Any]:
    """The tools of a case, which note that they were called."""

    def get_weather(city: str) -> str:
        called.append("get_weather")
        return f"21 degrees in {city}"

    def add(a: int, b: int) -> int:
        called.append("add")
        return a + b

    def broken() -> str:
        called.append("broken")
        raise OSError("the sensor is broken")

    def photo() -> Json:
        called.append("photo")
        return {"type": "input_image", "image_url": "data:image/png;base64,AA=="}

    ask_boss = {
        "type": "function",
        "name": "ask_boss",
        "parameters": {"type": "object", "properties": {"question": {"type": "string"}}},
        "strict": False,
    }
    made = {f.__name__: f for f in (get_weather, add, broken, photo)}
    return [made.get(name, ask_boss) for name in names]


def is_as_asked(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and wanted.startswith("~"):
        return isinstance(found, str) and wanted[1:] in found
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(map(is_as_asked, found, wanted))
        )
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and found.keys() == wanted.keys()
            and all(is_as_asked(found[name], one) for name, one in wanted.items())
        )
    return bool(found == wanted)


def answer_of(case: Json, number: int) -> Any:
    one = case["answers"][number]
    if "response" in one:
        return one["response"]
    return one["status"], "application/json", json.dumps(one).encode()


@pytest.mark.parametrize("case", CASES, ids=[one["name"] for one in CASES])
@pytest.mark.parametrize("run", [in_thread, in_thread_streamed, in_loop, in_loop_streamed])
def test_case(case: Json, run: Callable[..., Any]) -> None:
    called: list[str] = []
    params = {name: value for name, value in case["body"].items() if name != "model"}
    if "max_steps" in case:
        params["max_steps"] = case["max_steps"]
    end = case["end"]
    with Model(*(answer_of(case, number) for number in range(len(case["answers"])))) as model:
        try:
            response = run(model, tools=tools_of(case["tools"], called), **params)
        except libresponses.ToolRunError as error:
            assert end["error"] in str(error)
            response = error.response
        else:
            assert "error" not in end
    assert response.id == end["id"]
    assert response.status == end.get("status", response.status)
    for body, sent in zip(model.asked, case["sent"]):
        for name, wanted in sent.items():
            if wanted == "<absent>":
                assert name not in body
            else:
                assert is_as_asked(body.get(name), wanted), (name, body)
    assert len(model.asked) == len(case["sent"])
    assert called == case["called"]


def test_there_are_cases() -> None:
    assert len(CASES) > 30
