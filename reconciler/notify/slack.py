"""Slack: an incoming webhook.

Facts are from its public documentation, "Sending messages using incoming webhooks" (docs.slack.dev/messaging), "Rate
limits" (docs.slack.dev/apis/web-api/rate-limits), "Formatting message text", and the changelog of 2016-05-17 about
errors of incoming webhooks:

- POST JSON `{"text": ...}` to `https://hooks.slack.com/services/T.../B.../...`; the address is the secret. Nothing is
  signed.
- One message a second; more is 429 with Retry-After.
- A text is cut at 40,000 characters. `&`, `<` and `>` are written as entities; `<URL|text>` is a link, `*text*` bold.
- Taken: status 200 and the body `ok`. Not taken: 400, 403, 404 or 410, and a word such as `no_service`.
"""

from __future__ import annotations

import html

from reconciler.notify.message import Line, Message, Piece, harmless
from reconciler.notify.receiver import Body, Pace, Receiver, Refusal


def _body(message: Message) -> Body:
    return {"text": "\n".join(map(_line, message.lines))}


def _line(line: Line) -> str:
    return "".join(map(_mrkdwn, line))


def _mrkdwn(piece: Piece) -> str:
    text = html.escape(harmless(piece.text), quote=False)
    text = f"<{html.escape(piece.url, quote=False)}|{text}>" if piece.url else text
    return f"*{text}*" if piece.strong else text


def _refusal(text: str) -> Refusal | None:
    return None if text.strip() == "ok" else Refusal(said=f"an answer that is not `ok`: {text.strip() or 'nothing'}")


SLACK = Receiver(
    name="slack",
    title="Slack",
    hosts=frozenset({"hooks.slack.com", "hooks.slack-gov.com"}),
    longest=40_000,
    pace=Pace(messages=1, seconds=1, silence=1),
    body=_body,
    refusal=_refusal,
)
