"""A hub on this machine, with answers and files in the official form, and one that behaves badly on purpose."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from apps.imports.outbound import Outbound
from tests.imports.hub_card.cards import COMMIT, answer

README = """---
license: other
license_name: house-1.0
license_link: LICENSE
base_model: base/Model-7B
pipeline_tag: text-generation
---

# Tuned-7B

A fine-tuned version of [base/Model-7B](https://huggingface.co/base/Model-7B).
"""
CONFIG = {"architectures": ["MistralForCausalLM"], "model_type": "mistral", "vocab_size": 32000}
LICENCE = "House licence 1.0\n\nYou may use this.\n"


@dataclass
class Hub:
    """What the server answers: path -> (status, headers, body); it counts what it was asked for."""

    url: str = ""
    pages: dict[str, tuple[int, Mapping[str, str], bytes]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    conditions: list[tuple[str | None, str | None]] = field(default_factory=list)
    """If-None-Match and If-Modified-Since of every request."""

    def page(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        """Answer so at a path; text and bytes as they are, everything else as JSON."""
        kind = "text/plain; charset=utf-8" if isinstance(body, str | bytes) else "application/json; charset=utf-8"
        raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": kind} | names, raw)

    def model(self, identifier: str = "maker/Tuned-7B", **more: Any) -> None:
        """A repository with card, configuration and licence."""
        siblings = [{"rfilename": name} for name in ("README.md", "LICENSE", "config.json", "model.safetensors")]
        tags = ["base_model:base/Model-7B", "base_model:finetune:base/Model-7B", "license:other"]
        data = answer(**({"id": identifier, "modelId": identifier, "siblings": siblings, "tags": tags} | more))
        self.page(f"/api/models/{identifier}", data)
        self.page(f"/api/models/{identifier}/revision/main", data)
        for name, text in (("README.md", README), ("config.json", json.dumps(CONFIG)), ("LICENSE", LICENCE)):
            self.page(f"/{identifier}/resolve/{COMMIT}/{name}", text)

    @property
    def outbound(self) -> Outbound:
        """The product's way to this hub; pauses are only noted."""
        return Outbound(self.url, seconds=1.0, sleep=self.waits.append)


@contextmanager
def hub(address: str = "127.0.0.1") -> Iterator[Hub]:
    """Serves until the block ends."""
    served = Hub()
    server = ThreadingHTTPServer((address, 0), partial(Handler, served))
    served.url = f"http://{address}:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers as a hub was told to."""

    def __init__(self, served: Hub, *args: Any) -> None:
        self.served = served
        super().__init__(*args)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.served.asked[path] += 1
        self.served.agents.add(self.headers["User-Agent"])
        try:
            self._answer(path)
        except OSError:
            return  # the client hung up, as it should

    def _answer(self, path: str) -> None:
        if path.endswith("/slow"):
            self._slowly()
        elif path.endswith("/endless"):
            self._endlessly()
        elif path.endswith("/broken"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
        elif path.endswith("/nonsense"):
            self.wfile.write(b"\x00\x01\x02\r\n\r\n")
        else:
            self._page(path)

    def _page(self, path: str) -> None:
        status, headers, body = self.served.pages.get(path, (404, {"Content-Type": "text/html"}, b"Not found"))
        asked = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
        self.served.conditions.append(asked)
        if status == 200 and (asked[0] == headers.get("ETag", "-") or asked[1] == headers.get("Last-Modified", "-")):
            status, body = 304, b""
        if status == 503 and self.served.asked[path] > 1:
            status, headers, body = 200, {"Content-Type": "application/json"}, json.dumps(answer()).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _slowly(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def _endlessly(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" " * 65536)

    def log_message(self, *args: Any) -> None:
        """The tests' output stays clean."""
