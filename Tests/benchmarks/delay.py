"""A long way: a proxy that delivers every byte later, and counts them."""

from __future__ import annotations

import asyncio
import os
import threading
from types import TracebackType

from contest import Bench
from tools import Figures, run


class Delay:
    """Listens on a port of its own, and passes everything on to another after `seconds`, in both
    directions. It runs in a thread, on the server's core.

    A connection is accepted at once by the system; the round trip that it takes on a real way is
    added to the first bytes. No packet is lost, and no window grows slowly.
    """

    def __init__(self, bench: Bench, port: str, seconds: float) -> None:
        self.target, self.seconds = int(port), seconds
        self.sent = self.received = 0
        self.port = ""
        self.core = bench.server.core
        self.loop = asyncio.new_event_loop()
        self.is_ready, self.stop = threading.Event(), asyncio.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self) -> None:
        os.sched_setaffinity(0, self.core)
        self.loop.run_until_complete(self.listen())

    async def listen(self) -> None:
        listener = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        self.port = str(listener.sockets[0].getsockname()[1])
        self.is_ready.set()
        await self.stop.wait()
        listener.close()
        # The program is gone: its connections end by themselves, when the way is travelled.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            await asyncio.wait(left, timeout=10)

    async def accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        connected = self.loop.time() + 2 * self.seconds
        far, forth = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(
            self.pass_on(near, forth, connected, is_sent=True),
            self.pass_on(far, back, 0, is_sent=False),
        )

    async def pass_on(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        earliest: float,
        *,
        is_sent: bool,
    ) -> None:
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivery = self.loop.create_task(self.deliver(pieces, sink))
        piece = b"?"
        while piece:
            try:
                piece = await source.read(1 << 18)
            except ConnectionError:
                piece = b""
            if is_sent:
                self.sent += len(piece)
            else:
                self.received += len(piece)
            pieces.put_nowait((max(self.loop.time(), earliest) + self.seconds, piece))
        await delivery

    async def deliver(
        self, pieces: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
    ) -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - self.loop.time()))
            if not piece:
                sink.close()
                return
            sink.write(piece)

    def run(self, command: list[str]) -> Figures | None:
        """The same as `tools.run`, and counts bytes."""
        self.sent = self.received = 0
        figures = run(command)
        if figures:
            figures["sent"], figures["received"] = self.sent, self.received
        return figures

    def __enter__(self) -> Delay:
        self.thread.start()
        self.is_ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join()
