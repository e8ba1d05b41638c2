"""The receivers on loopback: each checks what its documentation asks for, and answers as it does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

from ci.loopback import Reply, Seen, Server

TOKEN = "t0ken-of-the-group-4711"
SECRET = "SECsigning-secret-0815"
NOW = 1_772_342_580


def _hash(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


class Chat(Server):
    """One group. `texts` are the messages that arrived, as a reader sees them."""

    path: str
    signed = False
    silent = 0
    """So many more messages are refused, because there were too many."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.bodies: list[Any] = []
        self.routes = [("POST", re.compile(r"/.*"), self._receive)]

    @property
    def address(self) -> str:
        """As DLC_RECONCILER_NOTIFY_URL has it."""
        return self.url + self.path

    def authorised(self, _seen: Seen) -> Reply | None:
        return None

    def _receive(self, seen: Seen) -> Reply:
        refused = self._refused(seen)
        if refused is None and self.silent:
            self.silent -= 1
            refused = self.too_many()
        if refused is not None:
            return refused
        self.bodies.append(seen.body)
        self.texts.append(self.read(seen.body))
        return self.taken()

    def _refused(self, seen: Seen) -> Reply | None:
        raise NotImplementedError

    def read(self, body: Any) -> str:
        raise NotImplementedError

    def taken(self) -> Reply:
        raise NotImplementedError

    def too_many(self) -> Reply:
        raise NotImplementedError


def _code(number: int, said: str) -> Reply:
    return Reply(200, {"errcode": number, "errmsg": said})


class DingTalk(Chat):
    path = f"/robot/send?access_token={TOKEN}"

    def _refused(self, seen: Seen) -> Reply | None:
        if seen.path != "/robot/send" or seen.query.get("access_token") != TOKEN:
            return _code(300005, f"token is not exist: {seen.query.get('access_token')}")
        if self.signed:
            timestamp = seen.query.get("timestamp", "0")
            fits = seen.query.get("sign") == _hash(SECRET, f"{timestamp}\n{SECRET}")
            if not fits or abs(int(timestamp) - NOW * 1000) > 3_600_000:
                return _code(310000, "sign not match")
        if len(json.dumps(seen.body, ensure_ascii=False).encode()) > 20_000:
            return _code(460101, "message too long, exceed 20000 bytes")
        return None

    def read(self, body: Any) -> str:
        assert body["msgtype"] == "markdown"
        assert body["markdown"]["title"]
        return str(body["markdown"]["text"])

    def taken(self) -> Reply:
        return Reply(200, {"errcode": "0", "errmsg": "ok"})

    def too_many(self) -> Reply:
        return _code(130101, "send too fast, exceed 20 times per minute")


class WeCom(Chat):
    path = f"/cgi-bin/webhook/send?key={TOKEN}"

    def _refused(self, seen: Seen) -> Reply | None:
        if seen.path != "/cgi-bin/webhook/send" or seen.query != {"key": TOKEN}:
            return _code(93000, f"invalid webhook url, key={seen.query.get('key')}")
        if len(seen.body["markdown"]["content"].encode()) > 4096:
            return _code(40058, "markdown.content exceed max length 4096")
        return None

    def read(self, body: Any) -> str:
        assert body["msgtype"] == "markdown"
        return str(body["markdown"]["content"])

    def taken(self) -> Reply:
        return _code(0, "ok")

    def too_many(self) -> Reply:
        return _code(45009, "api freq out of limit")


class Feishu(Chat):
    path = f"/open-apis/bot/v2/hook/{TOKEN}"

    def _refused(self, seen: Seen) -> Reply | None:
        if seen.path != self.path:
            return Reply(
                400, {"code": 19001, "msg": f"param invalid: incoming webhook access token invalid {seen.path}"}
            )
        if self.signed:
            timestamp = seen.body.get("timestamp", "0")
            fits = seen.body.get("sign") == _hash(f"{timestamp}\n{SECRET}", "")
            if not fits or abs(int(timestamp) - NOW) > 3600:
                return Reply(200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"})
        if len(json.dumps(seen.body, ensure_ascii=False).encode()) > 20 * 1024:
            return Reply(200, {"code": 9499, "msg": "Bad Request"})
        return None

    def read(self, body: Any) -> str:
        assert body["msg_type"] == "post"
        (post,) = body["content"]["post"].values()
        assert post["title"]
        return "\n".join("".join(_written(piece) for piece in line) for line in post["content"])

    def taken(self) -> Reply:
        return Reply(200, {"code": 0, "msg": "success", "data": {}})

    def too_many(self) -> Reply:
        return Reply(200, {"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]"})


def _written(piece: dict[str, Any]) -> str:
    return f"{piece['text']}<{piece['href']}>" if piece["tag"] == "a" else str(piece["text"])


class Slack(Chat):
    path = f"/services/T01/B02/{TOKEN}"

    def _refused(self, seen: Seen) -> Reply | None:
        if seen.path != self.path:
            return Reply(404, raw=b"no_service")
        return None

    def read(self, body: Any) -> str:
        return str(body["text"])

    def taken(self) -> Reply:
        return Reply(200, raw=b"ok")

    def too_many(self) -> Reply:
        return Reply(429, raw=b"rate_limited", headers={"Retry-After": "1"})


class Webhook(Chat):
    path = f"/in/{TOKEN}"

    def _refused(self, seen: Seen) -> Reply | None:
        return None if seen.path == self.path else Reply(404, {"message": f"nothing at {seen.path}"})

    def read(self, body: Any) -> str:
        return str(body["text"])

    def taken(self) -> Reply:
        return Reply(204)

    def too_many(self) -> Reply:
        return Reply(429, headers={"Retry-After": "1"})


CHATS: dict[str, Callable[[], Chat]] = {
    "dingtalk": DingTalk,
    "feishu": Feishu,
    "wecom": WeCom,
    "slack": Slack,
    "webhook": Webhook,
}
