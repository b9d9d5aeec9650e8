"""A Responses server for tests: HTTP/1.1 and HTTP/2, over TLS or not, that ends as it is told to.

The first line that it prints is its port. Commands come on its standard input, one a line; each is
answered with one line. It ends with its input.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import json
import ssl
import sys
import warnings
import zlib

from answers import Answer, answer
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes
from wire import Session, Wire

PACKED = {"content-encoding": "gzip"}
NEWEST = {
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
STREAM = {"content-type": "text/event-stream", "x-request-id": "req_1"}
DOCUMENT = {"content-type": "application/json", "x-request-id": "req_1"}


class Server:
    """What all connections share."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.counts: collections.Counter[str] = collections.Counter()
        self.wires: set[Wire] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.goes = asyncio.Condition()
        self.gone = 0
        self.breaks: int = options.breaks
        self.context: ssl.SSLContext | None = None
        if options.cert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(options.cert, options.key)
            self.context.set_alpn_protocols(options.alpn.split())
            if options.newest == "1.1":
                # Both only work with what is too weak by default.
                self.context.set_ciphers("ALL:@SECLEVEL=0")
                warnings.simplefilter("ignore", DeprecationWarning)
                self.context.minimum_version = ssl.TLSVersion.TLSv1_1
            self.context.maximum_version = NEWEST[options.newest]
            if options.client_ca:
                self.context.verify_mode = ssl.CERT_REQUIRED
                self.context.load_verify_locations(options.client_ca)

    def begin(self, work: asyncio.Task[None]) -> asyncio.Task[None]:
        self.tasks.add(work)
        work.add_done_callback(self.tasks.discard)
        return work

    async def wait_for_go(self) -> None:
        self.counts["holding"] += 1
        seen = self.gone
        async with self.goes:
            await self.goes.wait_for(lambda: self.gone > seen)

    async def command(self, line: str) -> str:
        verb, _, rest = line.strip().partition(" ")
        if verb == "go":
            async with self.goes:
                self.gone += 1
                self.goes.notify_all()
        elif verb == "end":
            for wire in list(self.wires):
                wire.end(rest)
        elif verb == "goaway":
            for wire in list(self.wires):
                if isinstance(wire.session, H2Session):
                    wire.session.go_away()
        elif verb == "forget":
            self.counts.clear()
        self.counts["open"] = sum(wire.is_open for wire in self.wires)
        return json.dumps(self.counts)


class Connection(Wire):
    def __init__(self, server: Server) -> None:
        super().__init__(server.context)
        self.server = server
        server.wires.add(self)
        server.counts["accepted"] += 1

    def data_received(self, data: bytes) -> None:
        if self.server.breaks > 0:
            self.server.breaks -= 1
            self.end(self.server.options.break_by)
        else:
            super().data_received(data)

    def make_session(self, protocol: str | None) -> Session:
        self.server.counts["connections"] += 1
        return H2Session(self) if protocol == "h2" else H1Session(self)


def filling(name: str, count: int) -> dict[str, str]:
    return {f"{name}-{number}": "x" * (998 - len(name)) for number in range(count)}


class Sender:
    """Sends an answer, however the protocol frames it."""

    def __init__(self, wire: Connection) -> None:
        self.wire = wire
        self.server = wire.server

    async def head(self, fields: dict[str, str]) -> None:
        raise NotImplementedError

    async def interim(self) -> None:
        raise NotImplementedError

    async def body(self, data: bytes) -> None:
        raise NotImplementedError

    async def finish(self, trailers: dict[str, str]) -> None:
        raise NotImplementedError

    async def cut(self, how: str, code: int, tail: bytes) -> None:
        await self.body(tail)
        await self.wire.drain()
        self.wire.end(how)

    async def send(self, it: Answer) -> None:
        plan = it.plan
        packer = zlib.compressobj(wbits=31) if plan.gzip else None

        def packed(data: bytes) -> bytes:
            return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH) if packer else data

        if plan.hang:
            await asyncio.Event().wait()
        if plan.cut == "refuse":
            return await self.cut("refuse", plan.code or ErrorCodes.REFUSED_STREAM, b"")
        for _ in range(plan.interim):
            await self.interim()
        more, trailers = filling("x-more", plan.headers), filling("x-trailer", plan.trailers)
        if not it.streams:
            whole = packed(it.document())
            fields = {**DOCUMENT, **({"content-length": str(len(whole))} if plan.length else {})}
            await self.head({**fields, **(PACKED if plan.gzip else {}), **more})
            if plan.after >= 0:
                half = len(whole) // 2
                await self.body(whole[:half])
                return await self.cut(plan.cut, plan.code, whole[half:] if plan.tail else b"")
            await self.body(whole)
            return await self.finish(trailers)
        await self.head({**STREAM, **(PACKED if plan.gzip else {}), **more})
        number = it.first
        while number < plan.events:
            if number == plan.hold:
                await self.server.wait_for_go()
            if number == plan.after:
                rest = range(number, min(number + plan.tail, plan.events))
                tail = packed(b"".join(it.event(n) for n in rest))
                self.server.counts["cuts"] += 1
                return await self.cut(plan.cut, plan.code, tail)
            group = range(number, min(number + plan.burst, plan.events))
            await self.body(packed(b"".join(it.event(n) for n in group)))
            number = group.stop
            if plan.delay:
                await asyncio.sleep(plan.delay / 1000)
        await self.finish(trailers)


class H1Sender(Sender):
    is_chunked = True

    async def head(self, fields: dict[str, str]) -> None:
        self.is_chunked = "content-length" not in fields
        if self.is_chunked:
            fields = {**fields, "transfer-encoding": "chunked"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.wire.write(f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode())

    async def body(self, data: bytes) -> None:
        if self.is_chunked and data:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        self.wire.write(data)
        await self.wire.drain()

    async def interim(self) -> None:
        self.wire.write(b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n")

    async def finish(self, trailers: dict[str, str]) -> None:
        if self.is_chunked:
            lines = "".join(f"{name}: {value}\r\n" for name, value in trailers.items())
            self.wire.write(f"0\r\n{lines}\r\n".encode())


class H1Session:
    def __init__(self, wire: Connection) -> None:
        self.wire = wire
        self.unread = b""
        self.task: asyncio.Task[None] | None = None

    def received(self, data: bytes) -> None:
        self.unread += data
        head, separator, rest = self.unread.partition(b"\r\n\r\n")
        if not separator:
            return
        lines = head.decode("latin-1").split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        length = int(fields.get("content-length", "0"))
        if len(rest) < length:
            return
        self.unread = rest[length:]
        method, path, _ = lines[0].split(" ")
        counts = self.wire.server.counts
        counts["requests"] += 1
        counts["h1"] += 1
        counts["for " + fields.get("host", "nobody")] += 1
        counts["upgrades"] += "upgrade" in fields or "http2-settings" in fields
        work = H1Sender(self.wire).send(answer(method, path, rest[:length], fields))
        self.task = self.wire.server.begin(asyncio.create_task(work))

    def lost(self) -> None:
        if self.task is not None:
            self.task.cancel()


class H2Sender(Sender):
    def __init__(self, session: H2Session, stream: int) -> None:
        super().__init__(session.wire)
        self.session = session
        self.h2 = session.h2
        self.stream = stream

    async def head(self, fields: dict[str, str]) -> None:
        self.h2.send_headers(self.stream, [(":status", "200"), *fields.items()])
        self.session.flush()

    async def body(self, data: bytes) -> None:
        while data:
            window = self.h2.local_flow_control_window(self.stream)
            if window == 0:
                self.server.counts["blocked"] += 1
                await self.session.wait_for_window()
                continue
            part = data[: min(window, self.h2.max_outbound_frame_size)]
            self.h2.send_data(self.stream, part)
            self.server.counts["bytes"] += len(part)
            data = data[len(part) :]
            if not self.session.is_gathering:
                self.session.flush()
                await self.wire.drain()

    async def interim(self) -> None:
        self.h2.send_headers(self.stream, [(":status", "103"), ("link", "</>")])
        self.session.flush()

    async def finish(self, trailers: dict[str, str]) -> None:
        if trailers:
            self.h2.send_headers(self.stream, trailers.items(), end_stream=True)
        else:
            self.h2.end_stream(self.stream)
        self.session.flush()

    async def cut(self, how: str, code: int, tail: bytes) -> None:
        if how == "end":
            await self.body(tail)
            return await self.finish({})
        if how in ("rst", "refuse"):
            # What was said last and the RST_STREAM leave in one write.
            self.session.is_gathering = True
            await self.body(tail)
            self.session.is_gathering = False
            self.h2.reset_stream(self.stream, code)
            return self.session.flush()
        await super().cut(how, code, tail)


class H2Session:
    def __init__(self, wire: Connection) -> None:
        self.wire = wire
        self.is_gathering = False
        self.bodies: dict[int, bytes] = {}
        self.heads: dict[int, dict[str, str]] = {}
        self.work: dict[int, asyncio.Task[None]] = {}
        self.window = asyncio.Event()
        self.is_leaving = False
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.initiate_connection()
        streams = wire.server.options.max_streams
        self.h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: streams})
        self.flush()

    def flush(self) -> None:
        self.wire.write(self.h2.data_to_send())

    async def wait_for_window(self) -> None:
        self.window.clear()
        await self.window.wait()

    def received(self, data: bytes) -> None:
        try:
            for event in self.h2.receive_data(data):
                self.happened(event)
        except ProtocolError:
            self.flush()
            return self.wire.end("fin")
        self.flush()

    def happened(self, event: Event) -> None:
        counts = self.wire.server.counts
        if isinstance(event, RequestReceived):
            counts["requests"] += 1
            counts["h2"] += 1
            self.heads[event.stream_id] = {str(k): str(v) for k, v in event.headers}
            self.bodies[event.stream_id] = b""
        elif isinstance(event, DataReceived):
            self.bodies[event.stream_id] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.begin(event.stream_id)
        elif isinstance(event, StreamReset):
            counts["reset_by_client"] += 1
            task = self.work.pop(event.stream_id, None)
            if task is not None:
                task.cancel()
        elif isinstance(event, WindowUpdated):
            self.window.set()

    def begin(self, stream: int) -> None:
        fields = self.heads[stream]
        it = answer(fields[":method"], fields[":path"], self.bodies[stream], fields)
        if it.plan.cut == "goaway":
            # One that takes no more: this stream was not begun, the earlier ones go on.
            return self.go_away(stream - 2, it.plan.code)
        task = asyncio.create_task(self.say(H2Sender(self, stream), it))
        self.work[stream] = self.wire.server.begin(task)
        counts = self.wire.server.counts
        busy = sum(not task.done() for task in self.work.values())
        counts["most_at_once"] = max(counts["most_at_once"], busy)

    async def say(self, sender: H2Sender, it: Answer) -> None:
        with contextlib.suppress(ProtocolError):
            await sender.send(it)

    def go_away(self, last: int | None = None, code: int = 0) -> None:
        if self.is_leaving:
            return
        self.is_leaving = True
        # By hand, as the h2 package ends everything when it says GOAWAY.
        last = max(self.heads, default=0) if last is None else max(last, 0)
        frame = b"\x00\x00\x08\x07\x00\x00\x00\x00\x00"
        self.flush()
        self.wire.write(frame + last.to_bytes(4, "big") + code.to_bytes(4, "big"))
        self.wire.server.counts["goaways"] += 1

    def lost(self) -> None:
        self.window.set()
        for task in self.work.values():
            task.cancel()


async def serve(options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    server = Server(options)
    # Room for little: what the client does not read soon stops the server.
    listener = await loop.create_server(
        lambda: Connection(server), options.host, options.port, backlog=1024
    )
    port = listener.sockets[0].getsockname()[1]
    if options.both:
        with contextlib.suppress(OSError):  # there may be no IPv6
            await loop.create_server(lambda: Connection(server), "::1", port, backlog=1024)
    print(port, flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(await server.command(line.decode()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--both", action="store_true", help="listen at ::1 too, where there is one")
    parser.add_argument("--cert", help="PEM; without it, no TLS")
    parser.add_argument("--key")
    parser.add_argument("--client-ca", help="clients must show a certificate of this authority")
    parser.add_argument("--alpn", default="h2 http/1.1")
    parser.add_argument("--newest", default="1.3", choices=NEWEST, help="version of TLS")
    parser.add_argument("--breaks", type=int, default=0, help="connections that end at once")
    parser.add_argument("--break-by", default="fin", help="how they end: fin or reset")
    parser.add_argument("--max-streams", type=int, default=1000)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
