"""A connection whose end can be chosen: TLS over asyncio, with its records in our own hands."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import Protocol


class Session(Protocol):
    """What speaks over a connection."""

    def received(self, data: bytes) -> None: ...

    def lost(self) -> None: ...


class Wire(asyncio.Protocol):
    """One connection, with TLS where there is a context. Subclasses say what is spoken over it."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.session: Session | None = None
        self.transport: asyncio.Transport | None = None
        self.is_open = False
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._may_write = asyncio.Event()
        self._may_write.set()
        if context is not None:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._is_handshaking = context is not None

    def make_session(self, protocol: str | None) -> Session:
        raise NotImplementedError

    # ---- what asyncio says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.is_open = True
        if self._tls is None:
            self.session = self.make_session(None)

    def data_received(self, data: bytes) -> None:
        if self._tls is None:
            assert self.session is not None
            self.session.received(data)
            return
        self._incoming.write(data)
        try:
            if self._is_handshaking:
                self._tls.do_handshake()
                self._is_handshaking = False
                self.session = self.make_session(self._tls.selected_alpn_protocol())
            while self.is_open and self.session is not None:
                plain = self._tls.read(65536)
                if not plain:
                    raise ssl.SSLZeroReturnError
                self.session.received(plain)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            # The alert that says what was wrong goes out first.
            self._flush()
            self.end("fin")
        self._flush()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._may_write.set()
        if self.session is not None:
            self.session.lost()

    # ---- what the server says

    def _flush(self) -> None:
        if self.transport is not None and self._outgoing.pending:
            self.transport.write(self._outgoing.read())

    def write(self, data: bytes) -> None:
        if not self.is_open or not data:
            return
        if self._tls is None:
            assert self.transport is not None
            self.transport.write(data)
        else:
            self._tls.write(data)
            self._flush()

    async def drain(self) -> None:
        await self._may_write.wait()

    def end(self, how: str) -> None:
        """fin: FIN alone; reset: RST; notify: close_notify and FIN; half: close_notify alone."""
        if not self.is_open or self.transport is None:
            return
        self.is_open = False
        if how in ("notify", "half") and self._tls is not None:
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self._flush()
        if how == "half":
            return
        if how == "reset":
            opened = self.transport.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()
