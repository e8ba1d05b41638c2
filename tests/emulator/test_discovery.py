"""What can be discovered: machine types of PAI-DLC, and AIWorkSpace with its own habits."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from alibabacloud_aiworkspace20210204 import models
    from alibabacloud_aiworkspace20210204.client import Client
    from alibabacloud_tea_openapi.exceptions import ClientException
    from alibabacloud_tea_openapi.models import Config

from reconciler.emulator import Emulator

from .conftest import Wire


@pytest.fixture
def client(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    return Client(
        Config(access_key_id="k", access_key_secret="s", endpoint=emulator.endpoint, protocol="HTTP", region_id="x")
    )


def test_workspaces(client: Any) -> None:
    body = client.list_workspaces(models.ListWorkspacesRequest()).body
    assert [(w.workspace_id, w.is_default) for w in body.workspaces] == [("1001", True), ("2002", False)]


def test_images_and_their_labels(client: Any, emulator: Emulator) -> None:
    listing = models.ListImagesRequest(labels="system.framework=PyTorch,system.chipType=GPU", verbose=True)
    (image,) = client.list_images(listing).body.images
    assert {label.key for label in image.labels} >= {"system.official"}
    assert not client.list_images(models.ListImagesRequest(name="PYTORCH")).body.images[0].labels
    got = client.get_image(image.image_id, models.GetImageRequest(verbose=True)).body
    assert got.image_uri == image.image_uri
    assert client.list_image_labels(models.ListImageLabelsRequest(label_keys="system.chipType")).body.total_count == 2
    emulator.store.add_entry(
        "image", "image-own", {"ImageId": "image-own", "Name": "own", "ImageUri": "r/own", "WorkspaceId": "1001"}
    )
    own = client.list_images(models.ListImagesRequest(workspace_id="1001")).body
    assert [image.image_id for image in own.images] == ["image-own"]


def test_datasets_and_code_sources(client: Any) -> None:
    (logs,) = client.list_datasets(models.ListDatasetsRequest(workspace_id="1001", name="LOGS")).body.datasets
    assert json.loads(logs.options) == {"mountPath": "/mnt/logs"}
    assert client.get_dataset(logs.dataset_id, models.GetDatasetRequest()).body.workspace_id == "1001"
    (code,) = client.list_code_sources(models.ListCodeSourcesRequest(workspace_id="2002")).body.code_sources
    assert client.get_code_source(code.code_source_id, models.GetCodeSourceRequest()).body.mount_path == "/mnt/code"


def test_missing_things_have_numeric_codes(client: Any) -> None:
    with pytest.raises(ClientException) as missing:
        client.get_dataset("d-none", models.GetDatasetRequest())
    assert missing.value.code == "201300003"
    with pytest.raises(ClientException) as missing:
        client.get_code_source("code-none", models.GetCodeSourceRequest())
    assert missing.value.code == "201400002"


def test_default_page_sizes_and_order(wire: Wire, emulator: Emulator) -> None:
    for index in range(25):
        emulator.store.add_entry(
            "dataset", f"d-{index}", {"DatasetId": f"d-{index}", "Name": "n", "WorkspaceId": "1001"}
        )
        emulator.store.add_entry("workspace", f"9{index:03}", {"WorkspaceId": f"9{index:03}", "GmtCreateTime": "2026"})
    assert len(wire.ok("GET", "/datasets")["Datasets"]) == 10
    workspaces = wire.ok("GET", "/workspaces")
    assert (len(workspaces["Workspaces"]), workspaces["TotalCount"]) == (20, 27)
    assert not {"PageNumber", "PageSize"} & set(workspaces)
    assert workspaces["Workspaces"][0]["WorkspaceId"] == "1001"
    assert wire.ok("GET", "/workspaces", Order="DESC")["Workspaces"][0]["WorkspaceId"].startswith("9")
    assert wire.refused("GET", "/codesources")[0] == 400
    assert wire.refused("GET", "/ecsspecs", SortBy="CPU") == (400, "BadRequest")
