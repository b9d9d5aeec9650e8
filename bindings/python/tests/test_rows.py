"""What ``map_rows`` asks for a row, and what comes out of it, without a cluster."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from scripted import Scripted

import libresponses
from libresponses import OpenAI, _base, _rows
from libresponses._rows import Job, RowError

ANSWER = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "output": [{"type": "message", "id": "m", "content": [{"type": "output_text", "text": "Yes"}]}],
    "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
}


def asking(row: dict[str, Any]) -> dict[str, Any]:
    return {"model": "m", "input": row["text"], **row.get("more", {})}


def job(**given: Any) -> Job:
    return Job(pickle.dumps, **{"request": asking, "id_col": "id", "job_id": "j", **given})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server that the environment names, and a process without clients."""
    monkeypatch.setattr(_rows, "_clients", {})

    def answer(_target: str, body: bytes) -> Any:
        if b"refused" in body:
            return 400, "application/json", b'{"error": {"message": "no"}}'
        return ANSWER

    with Scripted(answer) as found:
        monkeypatch.setenv("OPENAI_BASE_URL", found.base_url)
        yield found
        for client in _rows._clients.values():
            client.close()


def test_rows_with_their_answers(server: Any) -> None:
    sent = pickle.loads(pickle.dumps(job()))
    found = list(sent.answers({"id": number, "text": f"n{number}"} for number in range(3)))
    assert found[1] == {
        "id": 1,
        "text": "n1",
        "response": "Yes",
        "error": None,
        "response_status": "completed",
        "response_id": "resp_1",
        "response_request_id": None,
        "response_attempts": 1,
        "response_input_tokens": 1,
        "response_output_tokens": 2,
        "response_total_tokens": 3,
    }
    list(sent.answers([{"id": 1, "text": "n1"}]))
    assert len(_rows._clients) == 1  # it is kept
    assert list(sent.answers([])) == []


def test_all_of_the_answer(server: Any) -> None:
    (found,) = job(as_json=True, output_col="all", error_col="why").answers([{"id": 1, "text": ""}])
    assert '"output_text"' in found["all"]
    assert found["why"] is None
    assert found["all_total_tokens"] == 3


def test_errors_in_their_column(server: Any) -> None:
    rows: list[dict[str, Any]] = [
        {"id": 0, "text": "fine"},
        {"id": 1, "text": "refused"},
        {"id": 2},
        {"text": "no id"},
        {"id": 4, "text": "x", "more": {"timeout": -1}},
    ]
    found = job().answered(rows)
    assert [str(row["error"]).partition(":")[0] for row in found] == [
        "None", "BadRequestError", "KeyError", "KeyError", "InvalidArgumentError",
    ]  # fmt: skip
    assert found[1]["response_attempts"] == 1
    for row in rows[1:]:
        with pytest.raises(RowError) as raised:
            job(on_error="raise").answered([row])
        again = pickle.loads(pickle.dumps(raised.value))
        assert again.row_id == row.get("id")
        assert str(again) == str(raised.value)


def test_keys(server: Any) -> None:
    rows = [{"id": 1, "text": "a"}, {"id": 2, "text": "a"}, {"id": 1, "text": "b"}]
    for one in job(), job(), job(job_id="k"), job(concurrency=1):
        one.answered(rows)
    keys = [headers["idempotency-key"] for _, headers in server.seen]
    assert sorted(keys[:3]) == sorted(keys[3:6]) == sorted(keys[9:])
    assert len(set(keys)) == 6
    assert all(len(key) < 64 for key in keys)
    assert job().key(1, {"a": 1, "b": 2}) == job().key(1, {"b": 2, "a": 1})
    given = {"id": 1, "text": "a", "more": {"idempotency_key": "mine", "max_retries": 5}}
    job().answered([given])
    assert server.seen[-1][1]["idempotency-key"] == "mine"


def test_retries(server: Any) -> None:
    asked = job(max_retries=7)._request({"id": 1, "text": "a"})
    assert asked["max_retries"] == 7
    more = {"max_retries": 1, "extra_body": {"x": 1}}
    asked = job(max_retries=7)._request({"id": 1, "text": "a", "more": more})
    assert asked["max_retries"] == 1
    assert asked["idempotency_key"] != job()._request({"id": 1, "text": "a"})["idempotency_key"]


def closing_over(client: OpenAI) -> Any:
    class Asking:
        def __init__(self) -> None:
            self.client = client

        def __call__(self, row: Any) -> Any:
            return row

    Asking.__qualname__ = "Asking"
    globals()["Asking"] = Asking
    return Asking()


def test_a_client_is_not_sent(client: OpenAI) -> None:
    with pytest.raises(pickle.PicklingError, match="it is made there"):
        job(request=closing_over(client))
    with pytest.raises(TypeError, match="it is made there"):
        job(client=client)
    pickle.loads(pickle.dumps(client)).close()  # elsewhere it still is
    assert not hasattr(_base._pickling, "x")


def test_a_client_of_the_program(server: Any) -> None:
    list(job(client=OpenAI).answers([{"id": 1, "text": "a"}]))
    assert list(_rows._clients) == ["j"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"request": {}}, "request must be a function"),
        ({"id_col": None}, "id_col must be the name"),
        ({"id_col": ""}, "id_col must be the name"),
        ({"concurrency": 0}, "concurrency must be a whole number of at least 1, not 0"),
        ({"concurrency": True}, "concurrency must be"),
        ({"on_error": "ignore"}, "on_error must be 'column' or 'raise', not 'ignore'"),
        ({"max_retries": -1}, "max_retries must be a whole number of at least 0"),
        ({"client": 5}, "client must be a function"),
    ],
)
def test_wrong_arguments(given: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        job(**given)


def test_wrong_limits_and_progress() -> None:
    with pytest.raises(libresponses.InvalidArgumentError, match="requests_per_minute"):
        job(requests_per_minute=-1).serve("127.0.0.1", 1)
    with pytest.raises(TypeError, match="progress must be a function"):
        job(progress="often").serve("127.0.0.1", 1)
    assert job().serve("127.0.0.1", 1).pace is None


def test_columns() -> None:
    job().check_columns(["id", "text"])
    with pytest.raises(ValueError, match="id_col: there is no column 'id'"):
        job().check_columns(["text"])
    with pytest.raises(ValueError, match="there is a column 'error' already"):
        job().check_columns(["id", "error"])


def test_what_a_row_may_be() -> None:
    with pytest.raises(TypeError, match="a row must be a dictionary, not str"):
        list(job().answers(["text"]))


def test_what_request_must_return(server: Any) -> None:
    (found,) = Job(pickle.dumps, request=str, id_col="id").answered([{"id": 1}])
    assert found["error"] == "TypeError: request must return a dictionary, not str"
