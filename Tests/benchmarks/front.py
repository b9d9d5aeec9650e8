"""nginx before the load server, for TLS and HTTP/2, with a certificate made for the occasion."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType

from tools import Figures, Server, run

PLACES = ("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx")
AUTHORITY = Path(__file__).resolve().parents[1] / "network" / "servers" / "authority.sh"
# Programs trust the system's authorities and one more, as a company's would.
SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")

CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {directory}/pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_buffer_size 1m;
    client_body_temp_path {directory}/client_body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    keepalive_requests 100000;
    http2_max_concurrent_streams 1000;
    ssl_certificate {directory}/server.pem;
    ssl_certificate_key {directory}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    proxy_http_version 1.1;
    map $http_upgrade $wanted_connection {{ "" ""; default Upgrade; }}
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $wanted_connection;
    proxy_buffering off;
    upstream load {{ server 127.0.0.1:{load}; keepalive 1000; }}
    server {{
        listen 127.0.0.1:{plain} backlog=1024;
        location / {{ proxy_pass http://load; }}
        location = /connections {{ stub_status; }}
    }}
    server {{
        listen 127.0.0.1:{tls} ssl http2 backlog=1024;
        location / {{ proxy_pass http://load; }}
    }}
    server {{
        listen 127.0.0.1:{closing} ssl;
        keepalive_timeout 0;
        location / {{ proxy_pass http://load; }}
    }}
    server {{
        listen 127.0.0.1:{forgetful} ssl;
        keepalive_timeout 0;
        ssl_session_tickets off;
        ssl_session_cache off;
        location / {{ proxy_pass http://load; }}
    }}
}}
"""


def is_there() -> bool:
    return any(Path(place).exists() for place in PLACES)


def free_ports(count: int) -> list[str]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def certify(directory: Path) -> None:
    """A certificate for 127.0.0.1, by way of a second authority, and a file of all authorities."""
    subprocess.run([AUTHORITY, directory], stdout=subprocess.DEVNULL, check=True)
    system = SYSTEM.read_text() if SYSTEM.exists() else ""
    (directory / "authorities.pem").write_text(system + (directory / "ca.pem").read_text())


class Front:
    """nginx on the load server's core, at four ports:

    plain      HTTP/1.1
    tls        HTTP/1.1 and 2 over TLS
    closing    HTTP/1.1 over TLS, a connection for every request
    forgetful  the same, and nothing of a TLS session is kept for the next connection
    """

    def __init__(self, server: Server) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="responses-bench-"))
        certify(self.directory)
        self.authorities = str(self.directory / "authorities.pem")
        self.plain, self.tls, self.closing, self.forgetful = free_ports(4)
        configuration = self.directory / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                directory=self.directory,
                load=server.port,
                plain=self.plain,
                tls=self.tls,
                closing=self.closing,
                forgetful=self.forgetful,
            )
        )
        nginx = next(place for place in PLACES if Path(place).exists())
        self.process = server.beside([nginx, "-e", "stderr", "-c", str(configuration)])
        self.wait()

    def wait(self) -> None:
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", int(self.plain))).close()
                return
            except OSError:
                time.sleep(0.01)
        sys.exit("nginx does not answer")

    def connections(self) -> int:
        """How many were ever opened; this question is one more."""
        status = urllib.request.urlopen(f"http://127.0.0.1:{self.plain}/connections")
        counts = re.search(r"requests\s+(\d+)", status.read().decode())
        assert counts
        return int(counts[1])

    def run(self, command: list[str]) -> Figures | None:
        """The same as `tools.run`, and counts connections."""
        before = self.connections()
        figures = run(command)
        if figures:
            figures["connections"] = self.connections() - before - 1
        return figures

    def __enter__(self) -> Front:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.directory)
