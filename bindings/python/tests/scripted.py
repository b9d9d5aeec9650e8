"""A server that answers with what a test hands it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Union

# Status, content type, body.
Answer = tuple[int, str, bytes]
Handler = Callable[[str, bytes], Union[Answer, Any]]


class Scripted:
    """Answers every request with what ``handler`` makes of its target and body.

    A handler returns status, content type and body; anything else is sent as JSON. ``seen`` are the
    targets and headers of the requests so far.
    """

    def __init__(self, handler: Handler) -> None:
        seen: list[tuple[str, dict[str, str]]] = []
        self.seen = seen

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                made = handler(self.path, body)
                if not isinstance(made, tuple):
                    made = 200, "application/json", json.dumps(made).encode()
                status, kind, data = made
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # the client went away

        self.server = Server(("127.0.0.1", 0), Request)
        self.base_url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
