"""The plainest clients that could do the same calls: what the measured program is compared with."""

from __future__ import annotations

import asyncio
import http.client
import json
import math
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import local
from urllib.parse import urlsplit

HEADERS = {"x-acs-version": "2020-12-03", "accept": "application/json"}
LIST = "/api/v1/jobtemplates?WorkspaceId=1001&SortBy=GmtCreateTime&Order=desc&PageSize=100&PageNumber={}"
BOARDS = "/api/v1/tensorboards?WorkspaceId=1001&StartTime=2000-01-01T00%3A00%3A00Z&PageSize=100&PageNumber=1"
ONE = "/api/v1/jobtemplates/{}"


def list_and_parse(url: str, folder: str, rate: str = "inf") -> None:
    """The floor of a plan: fetch every page of the listing, parse every manifest, compare nothing."""
    list_all(url, rate=float(rate))
    parse_all(folder)


def list_all(url: str, width: int = 16, rate: float = math.inf) -> list[str]:
    """Every page over keep-alive connections, `width` at a time, `rate` a second; the ids of the templates."""
    place, kept, begin, sent = urlsplit(url), local(), time.monotonic(), count()

    def get(path: str) -> dict[str, object]:
        time.sleep(max(0.0, begin + next(sent) / rate - time.monotonic()))
        if not hasattr(kept, "connection"):
            kept.connection = http.client.HTTPConnection(str(place.hostname), place.port)
        kept.connection.request("GET", path, headers=HEADERS)
        answer = kept.connection.getresponse()
        body: dict[str, object] = json.loads(answer.read())
        return body

    with ThreadPoolExecutor(width) as pool:
        first, boards = pool.map(get, (LIST.format(1), BOARDS))
        total = int(str(first["TotalCount"]))
        pages = [first, *pool.map(get, (LIST.format(number) for number in range(2, -(-total // 100) + 1)))]
    del boards
    return [row["TemplateId"] for page in pages for row in page["JobTemplates"]]  # type: ignore[attr-defined]


def parse_all(folder: str) -> None:
    """A bare parse of every manifest by libyaml."""
    import yaml  # noqa: PLC0415 - part of what is measured

    for path in sorted(Path(folder).glob("**/*.yaml")):
        yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def fetch_all(url: str, width: str, *ids: str) -> None:
    """GetJobTemplate of every id with an asyncio client over kept connections."""
    asyncio.run(_fetch(url, int(width), ids or list_all(url)))


async def _fetch(url: str, width: int, ids: Iterable[str]) -> None:
    import aiohttp  # noqa: PLC0415 - part of what is measured

    waiting = iter(ids)
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=width)) as session:

        async def work() -> None:
            for id in waiting:
                async with session.get(ONE.format(id), headers=HEADERS) as answer:
                    json.loads(await answer.read())

        await asyncio.gather(*(work() for _ in range(width)))
