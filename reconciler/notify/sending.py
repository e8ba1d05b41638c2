"""Sends one message to one destination: within its size and pace, signed, and accepted only when the receiver says so.

A message whose answer is lost is not sent again, because it may have arrived. A message that was refused because there
were too many did not arrive, and is sent again where that is possible soon.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlencode

from reconciler import __version__
from reconciler.errors import ApiError, ReconcilerError, ServerFailed, ServiceError, Throttled
from reconciler.http.bounds import Bounds, wait_after
from reconciler.http.hints import asked_wait
from reconciler.http.one_line import one_line
from reconciler.http.transport import Answer, Request, Transport
from reconciler.model.quick import dataclass
from reconciler.notify.address import Destination
from reconciler.notify.message import Message
from reconciler.notify.receiver import Post
from reconciler.secrets.redactor import Redactor


class NotifyError(ReconcilerError):
    """The receiver did not accept the message, or it is unknown whether it did."""


def bounds_of_a_message() -> Bounds:
    """Return how long is waited: a pipeline does not wait long for a chat."""
    return Bounds(read=15.0, patience=45.0, tries=3)


def deliver(destination: Destination, variants: Iterable[Message]) -> None:
    """Send the first of the messages that is short enough; each says less than the one before it.

    Raises:
        NotifyError: it was not taken, or all are too long. The address and the secret stand nowhere in it.
    """
    receiver, bounds = destination.receiver, bounds_of_a_message()
    message = next((each for each in variants if _size(receiver.body(each)) <= receiver.longest), None)
    if message is None:
        raise NotifyError(
            f"{receiver.title} takes at most {receiver.longest} bytes, and the message cannot be so short"
        )
    with Redactor(destination.unsaid).over_errors():
        try:
            _Sending(destination, message, bounds).run()
        except ServiceError as error:
            raise _told(error, destination, bounds) from error


def _size(body: object) -> int:
    return len(_written(body).encode())


def _written(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Sending:
    destination: Destination
    message: Message
    bounds: Bounds

    def run(self) -> None:
        """Send the message, and send it again where that is safe and possible soon."""
        transport = self.bounds.transport(self.destination.address)
        try:
            self.bounds.repeat(
                lambda until: self._attempt(transport, until), operation="POST", repeatable=False, pause=_pause
            )
        finally:
            transport.close()

    def _attempt(self, transport: Transport, until: float) -> None:
        receiver = self.destination.receiver
        post = Post(body=receiver.body(self.message))
        if receiver.sign is not None and self.destination.secret:
            post = receiver.sign(post, self.destination.secret, int(self.bounds.now()))
        path = self.destination.path
        joint = "&" if "?" in path else "?"
        target = f"{path}{joint}{urlencode(post.query)}" if post.query else path
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"dlc-reconciler/{__version__}"}
        self._judge(transport.exchange(Request("POST", target, headers, _written(post.body)), until))

    def _judge(self, answer: Answer) -> None:
        """Raise the error that an answer means, unless the message was accepted."""
        receiver = self.destination.receiver
        text = answer.body.decode("utf-8", "replace")
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            headers = {name.lower(): answer.headers[name] for name in answer.headers}
            asked = asked_wait(headers, self.bounds.now()) or (receiver.pace.silence if receiver.pace else 60)
            raise Throttled(one_line(text), status=answer.status, retry_after=float(asked))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServerFailed(one_line(text) or "no explanation", status=answer.status)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise ApiError(one_line(text) or "no explanation", status=answer.status)
        refusal = receiver.refusal(text)
        if refusal is None:
            return
        if refusal.too_many:
            silence = receiver.pace.silence if receiver.pace else 60
            raise Throttled(one_line(refusal.said), retry_after=float(silence), hint=refusal.hint)
        raise ApiError(one_line(refusal.said), hint=refusal.hint)


def _pause(_error: ServiceError, failed: int) -> float:
    return 2.0 ** (failed - 1)


def _told(error: ServiceError, destination: Destination, bounds: Bounds) -> NotifyError:
    """Return one line: which receiver, what it said, and what helps."""
    title, pace = destination.receiver.title, destination.receiver.pace
    if isinstance(error, Throttled):
        takes = f"it takes {pace}" if pace else "it asks for fewer"
        hint = error.hint or f"It is heard again in {wait_after(error, 1, _pause):.0f} s."
        return NotifyError(f"{title} got too many messages: {takes} ({error.message})", hint=hint)
    if error.status is None and isinstance(error, ApiError):
        return NotifyError(f"{title} refused the message: {error.message}", hint=error.hint)
    if HTTPStatus.MULTIPLE_CHOICES <= (error.status or 0) < HTTPStatus.BAD_REQUEST:
        return NotifyError(f"{title} answered with a redirect, and the address is not sent elsewhere")
    if error.status is not None:
        return NotifyError(f"{title} answered {error.status}: {error.message}", hint=error.hint)
    if error.ambiguous:
        late = f" within {bounds.read:g} s" if getattr(error, "late", False) else f": {error.message}"
        return NotifyError(f"{title} did not answer{late}; the message may have arrived")
    return NotifyError(f"{title} cannot be reached: {error.message}", hint=error.hint)
