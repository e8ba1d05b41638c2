"""Tells people in the chats that they use: one short message to one receiver, which is a row of a table.

    Message --> Receiver.body --> sign --> http --> Receiver.refusal (how failure is seen in the body)

Nothing here knows what a plan is; it takes a title and lines. Imports `model`, `errors`, `http` and `secrets` only.
"""

from __future__ import annotations

from reconciler.notify.address import Destination, destination_of
from reconciler.notify.message import Line, Message, Piece
from reconciler.notify.receivers import RECEIVERS, receiver_named
from reconciler.notify.sending import NotifyError, deliver
from reconciler.notify.told import News, news_of

__all__ = [
    "RECEIVERS",
    "Destination",
    "Line",
    "Message",
    "News",
    "NotifyError",
    "Piece",
    "deliver",
    "destination_of",
    "news_of",
    "receiver_named",
]
