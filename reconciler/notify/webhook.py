r"""Any other server: it gets a JSON document of our own, which can be converted there.

{"format_version": "1.0", "title": "...", "text": "...\n...\n...", "event": "plan", "project": "...", ...}
"""

from __future__ import annotations

from reconciler.notify.message import Message, plain
from reconciler.notify.receiver import Body, Receiver, Refusal

FORMAT_VERSION = "1.0"


def _body(message: Message) -> Body:
    links = {piece.text: piece.url for line in message.lines for piece in line if piece.url}
    text = "\n".join(map(plain, message.lines))
    return {"format_version": FORMAT_VERSION, "title": message.title, "text": text, "links": links, **message.facts}


def _taken(_text: str) -> Refusal | None:
    """Return no refusal: nothing is known about the server, so every answer with a good status counts as success."""
    return None


WEBHOOK = Receiver(
    name="webhook",
    title="the webhook",
    hosts=frozenset(),
    longest=64 * 1024,
    pace=None,
    body=_body,
    refusal=_taken,
)
