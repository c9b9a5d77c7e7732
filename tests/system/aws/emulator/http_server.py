"""The HTTP side: a thread a connection, connections kept alive, as the SDKs' pools expect.

The application is handed a WSGI environment and gives `(status, headers, body)`. When it raises
`Drop`, the connection is closed without a reply.
"""

import gzip
import io
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .errors import Drop


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet

    def log_message(self, *_):
        """Says nothing: `GET /_test/calls` has the calls."""

    def _body(self):
        """The whole body; SDKs compress large ones."""
        body = self._sent()
        if self.headers.get("Content-Encoding") == "gzip":
            del self.headers["Content-Encoding"]
            return gzip.decompress(body)
        return body

    def _sent(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _answer(self):
        body = self._body()
        path, _, query = self.path.partition("?")
        headers = dict(self.headers.items())
        try:
            status, headers, body = self.server.application(environ(self.command, path, query, headers, body))
        except Drop:
            self.close_connection = True
            return
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _answer


def environ(method, path, query, headers, body):
    """A WSGI environment of these parts of a request."""
    made = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": urllib.parse.unquote(path),
        "RAW_URI": path + ("?" + query if query else ""),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        plain = key in ("CONTENT_TYPE", "CONTENT_LENGTH")
        made[key if plain else "HTTP_" + key] = value
    made["CONTENT_LENGTH"] = str(len(body))
    made.pop("HTTP_TRANSFER_ENCODING", None)
    return made


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that has gone away is no news."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def listen(application, port):
    """A server on loopback; its `server_port` says which port it took."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.application = application
    return server
