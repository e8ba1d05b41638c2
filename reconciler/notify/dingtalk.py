"""DingTalk: the custom robot of a group.

Facts are from its public documentation, "Custom robot access" and "Robot message types" (open.dingtalk.com/document,
custom-robot-access, robot-message-type) and its table of error codes:

- POST JSON to `https://oapi.dingtalk.com/robot/send?access_token=...`; whoever has the token may write.
- 20 messages a minute for each robot; whoever sends more is not heard for 10 minutes (error 130101).
- At most 20,000 bytes ("message too long, exceed 20000 bytes").
- A signature is base64(HMAC-SHA256(secret, "TIMESTAMP\\nSECRET")) with the time in milliseconds, at most an hour off,
  both in the query. Instead of it a group may ask for a keyword or for certain addresses; 310000 says that none fits.
- The answer is 200 whatever happens: `errcode` is 0 when the message was taken, a number or a text.
"""

from __future__ import annotations

from reconciler.notify.message import Line, Message, Piece, harmless
from reconciler.notify.receiver import Body, Pace, Post, Receiver, Refusal, hmac_sha256, refusal_by_code

_HINTS = {
    "310000": "The group asks for a signature (DLC_RECONCILER_NOTIFY_SECRET, and a clock that is right), for a keyword"
    ' (every message holds "dlc-reconciler"), or for another address of the sender.',
    "300001": "The token in the address is not one; take the address from the robot's settings again.",
    "300005": "The token in the address is not one; take the address from the robot's settings again.",
    "130101": "The robot is not heard for 10 minutes now.",
}


def _body(message: Message) -> Body:
    text = "\n\n".join(map(markdown_line, message.lines))
    return {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}


def markdown(piece: Piece) -> str:
    """Return a piece in the Markdown that DingTalk and WeCom show: bold letters and links, nothing else."""
    text = harmless(piece.text)
    text = f"[{text}]({piece.url})" if piece.url else text
    return f"**{text}**" if piece.strong else text


def markdown_line(line: Line) -> str:
    """Return a line of such pieces."""
    return "".join(map(markdown, line))


def _refusal(text: str) -> Refusal | None:
    return refusal_by_code(text, "errcode", "errmsg", limits=frozenset({"130101"}), hints=_HINTS)


def _sign(post: Post, secret: str, now: int) -> Post:
    timestamp = str(now * 1000)
    signature = hmac_sha256(secret, f"{timestamp}\n{secret}")
    return Post(body=post.body, query={**post.query, "timestamp": timestamp, "sign": signature})


DINGTALK = Receiver(
    name="dingtalk",
    title="DingTalk",
    hosts=frozenset({"oapi.dingtalk.com"}),
    longest=20_000,
    pace=Pace(messages=20, seconds=60, silence=600),
    body=_body,
    refusal=_refusal,
    sign=_sign,
)
