r"""Feishu, called Lark outside China: the custom bot of a group.

Facts are from its public documentation, "Use bots in groups" (open.feishu.cn/document, custom bot guide):

- POST JSON to `https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN` (Lark: open.larksuite.com).
- 100 messages a minute and 5 a second for each bot (error 11232); a request has at most 20 KB.
- A signature is base64(HMAC-SHA256("TIMESTAMP\nSECRET", "")): the text to be signed is the key, and what is signed is
  empty. The time is in seconds, at most an hour off; `timestamp` and `sign` stand in the body. 19021 says that it is
  wrong, 19022 that the sender's address is not allowed, 19024 that a keyword is missing.
- The answer is 200 in most cases: `code` is 0 when the message was taken.
- A message of type `post` has lines of tagged pieces, in which no letter has a meaning.
"""

from __future__ import annotations

from typing import Any

from reconciler.notify.message import Message, Piece
from reconciler.notify.receiver import Body, Pace, Post, Receiver, Refusal, hmac_sha256, refusal_by_code

_HINTS = {
    "19021": "The bot asks for a signature: DLC_RECONCILER_NOTIFY_SECRET, and a clock that is right.",
    "19022": "The bot takes messages of some addresses only, and this machine's is not among them.",
    "19024": 'The bot asks for a keyword; every message holds "dlc-reconciler".',
    "19001": "The token in the address is not one; take the address from the bot's settings again.",
}


def _body(message: Message) -> Body:
    lines = [[_tagged(piece) for piece in line] for line in message.lines]
    return {"msg_type": "post", "content": {"post": {"zh_cn": {"title": message.title, "content": lines}}}}


def _tagged(piece: Piece) -> dict[str, Any]:
    if piece.url:
        return {"tag": "a", "text": piece.text, "href": piece.url}
    return {"tag": "text", "text": piece.text, **({"style": ["bold"]} if piece.strong else {})}


def _refusal(text: str) -> Refusal | None:
    return refusal_by_code(text, "code", "msg", limits=frozenset({"11232"}), hints=_HINTS)


def _sign(post: Post, secret: str, now: int) -> Post:
    timestamp = str(now)
    signature = hmac_sha256(f"{timestamp}\n{secret}", "")
    return Post(body={"timestamp": timestamp, "sign": signature, **post.body}, query=post.query)


FEISHU = Receiver(
    name="feishu",
    title="Feishu",
    hosts=frozenset({"open.feishu.cn", "open.larksuite.com"}),
    longest=20 * 1024,
    pace=Pace(messages=100, seconds=60, silence=1),
    body=_body,
    refusal=_refusal,
    sign=_sign,
)
