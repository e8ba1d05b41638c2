"""A small client of the YAML language server: the Language Server Protocol over its standard streams."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds to wait for any one answer."""


class LanguageServer:
    """One running server for the files of one folder."""

    def __init__(self, command: list[str], root: Path) -> None:
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._number = 0
        self._answers: dict[int, queue.Queue[Any]] = {}
        self._published: queue.Queue[tuple[str, list[Any]]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.ask(
            "initialize",
            processId=None,
            rootUri=root.as_uri(),
            capabilities={"textDocument": {"hover": {"contentFormat": ["markdown"]}}},
        )
        self.tell("initialized")

    def open(self, file: Path) -> list[Any]:
        """Show a file to the server; the problems it publishes."""
        uri = file.as_uri()
        item = {"uri": uri, "languageId": "yaml", "version": 1, "text": file.read_text(encoding="utf-8")}
        self.tell("textDocument/didOpen", textDocument=item)
        while True:
            of, problems = self._published.get(timeout=PATIENCE)
            if of == uri:
                return problems

    def completions(self, file: Path, line: int, column: int) -> dict[str, Any]:
        """What the server offers at a place (both from 0), by label."""
        answer = self.ask("textDocument/completion", **_at(file, line, column))
        return {each["label"]: each for each in answer["items"]}

    def hover(self, file: Path, line: int, column: int) -> str:
        """What the server says about a place, as Markdown."""
        answer = self.ask("textDocument/hover", **_at(file, line, column))
        return str(answer["contents"]["value"]) if answer else ""

    def ask(self, method: str, **params: Any) -> Any:
        """A request; its result."""
        self._number += 1
        waiting: queue.Queue[Any] = queue.Queue()
        self._answers[self._number] = waiting
        self._send({"id": self._number, "method": method, "params": params})
        answer = waiting.get(timeout=PATIENCE)
        assert "error" not in answer, answer
        return answer["result"]

    def tell(self, method: str, **params: Any) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait(timeout=PATIENCE)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while head := stream.readline():
            length = int(head.split(b":")[1])
            while stream.readline().strip():
                pass
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._answers.pop(message["id"]).put(message)
        elif message["method"] == "textDocument/publishDiagnostics":
            self._published.put((message["params"]["uri"], message["params"]["diagnostics"]))
        elif "id" in message:  # asks for settings or capabilities: none of ours
            asked = message.get("params", {}).get("items", [])
            self._send({"id": message["id"], "result": [{} for _ in asked] or None})


def _at(file: Path, line: int, column: int) -> dict[str, Any]:
    return {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": column}}
