"""Walks over a served emulator with PAI's own Python SDK (alipai); run by test_pai_sdk.py in a process of its own.

The SDK builds its addresses from the region and always speaks HTTPS: the factory of its clients is the one place where
both can be set, so that is replaced here and nothing else. It prints one JSON document.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

warnings.simplefilter("ignore")

from pai.api.client_factory import ClientFactory  # noqa: E402 - after the warnings of its import are silenced
from pai.image import list_images  # noqa: E402
from pai.session import setup_default_session  # noqa: E402


def point_at(address: str) -> None:
    """Lets every client of the SDK speak plain HTTP to one address."""
    made = ClientFactory.create_client.__func__

    def create(factory: type, *arguments: Any, **settings: Any) -> Any:
        return made(factory, *arguments, protocol="http", **settings)

    ClientFactory.create_client = classmethod(create)
    ClientFactory.get_endpoint = classmethod(lambda _factory, **_place: address)


def walk(address: str) -> dict[str, Any]:
    """What the SDK finds: a session opened, then everything that can be listed, page by page."""
    point_at(address)
    session = setup_default_session(
        access_key_id="key", access_key_secret="secret", region_id="cn-hangzhou", workspace_id="1001"
    )
    jobs, page = [], 1
    while found := session.job_api.list(page_number=page, page_size=2).items:
        jobs += [job["DisplayName"] for job in found]
        page += 1
    board = session.tensorboard_api.list().items[0]
    return {
        "workspace": session.workspace_api.get("1001")["WorkspaceName"],
        "default": session.workspace_api.get_default_workspace()["WorkspaceId"],
        "configs": session.workspace_api.list_configs("1001", ["modelExportPath"])["Configs"],
        "images": sorted(image.image_name for image in list_images("PyTorch", session=session)),
        "labels": sorted({label["Value"] for label in session.image_api.list_labels(label_keys="system.framework")}),
        "datasets": sorted(dataset["Name"] for dataset in session.dataset_api.list().items),
        "code": sorted(source["DisplayName"] for source in session.code_source_api.list().items),
        "jobs": jobs,
        "events": bool(session.job_api.list_events(session.job_api.list().items[0]["JobId"])),
        "board": session.tensorboard_api.get(board["TensorboardId"])["DisplayName"],
    }


if __name__ == "__main__":
    json.dump(walk(sys.argv[1]), sys.stdout)
