"""The receivers that are known."""

from __future__ import annotations

from reconciler.notify.dingtalk import DINGTALK
from reconciler.notify.feishu import FEISHU
from reconciler.notify.receiver import Receiver
from reconciler.notify.slack import SLACK
from reconciler.notify.webhook import WEBHOOK
from reconciler.notify.wecom import WECOM

RECEIVERS: tuple[Receiver, ...] = (DINGTALK, FEISHU, WECOM, SLACK, WEBHOOK)


def receiver_named(name: str) -> Receiver:
    """Return the row of this name. Raise KeyError where there is none."""
    return {receiver.name: receiver for receiver in RECEIVERS}[name]
