"""WeCom (WeChat Work): the robot of a group.

Facts are from its public documentation, "Group robot configuration" (developer.work.weixin.qq.com/document/path/91770)
and its table of global error codes (path/90313):

- POST JSON to `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...`; whoever has the key may write. Nothing is
  signed.
- A message of type `markdown` has at most 4,096 bytes of UTF-8. `<@userid>` in it calls a person.
- 20 messages a minute for each robot (error 45009).
- The answer is 200 whatever happens: `errcode` is 0 when the message was taken; 93000 says that the key is not one.
"""

from __future__ import annotations

from reconciler.notify.dingtalk import markdown_line
from reconciler.notify.message import Message
from reconciler.notify.receiver import Body, Pace, Receiver, Refusal, refusal_by_code

_HINTS = {"93000": "The key in the address is not one; take the address from the robot's settings again."}


def _body(message: Message) -> Body:
    return {"msgtype": "markdown", "markdown": {"content": "\n".join(map(markdown_line, message.lines))}}


def _refusal(text: str) -> Refusal | None:
    return refusal_by_code(text, "errcode", "errmsg", limits=frozenset({"45009", "45033"}), hints=_HINTS)


WECOM = Receiver(
    name="wecom",
    title="WeCom",
    hosts=frozenset({"qyapi.weixin.qq.com"}),
    longest=4_096,
    pace=Pace(messages=20, seconds=60, silence=60),
    body=_body,
    refusal=_refusal,
)
