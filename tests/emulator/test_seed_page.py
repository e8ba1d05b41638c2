"""The seed file as the reference shows it fits its schema, and the emulator takes it; both refuse the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from reconciler.cli.emulator.state import _announce
from reconciler.emulator import Emulator

SPECS = Path(__file__).parents[2] / "specs"
SCHEMA = json.loads((SPECS / "emulator-seed.schema.json").read_text(encoding="utf-8"))


def example() -> dict[str, Any]:
    page = (SPECS / "commands.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^<!-- seed -->\n```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    document = yaml.safe_load(text)
    assert isinstance(document, dict)
    return document


def test_the_example_is_what_the_emulator_takes() -> None:
    jsonschema.validate(example(), SCHEMA)
    with Emulator() as emulator:
        emulator.seed(example())
        (template,) = emulator.store.templates()
        assert (template.name, template.default_version) == ("resnet50-train", 2)
        assert [board.name for board in emulator.store.boards()] == ["resnet50-board"]
        assert len(emulator.store.jobs()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"templates": []},
        {"jobTemplates": {}},
        {"jobTemplates": [{"Description": "no name"}]},
        {"jobTemplates": [{"TemplateName": "t", "Contents": {}}]},
        {"tensorboards": [{"SummaryPath": "/mnt"}]},
    ],
)
def test_the_schema_and_the_emulator_refuse_the_same(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)
    with Emulator() as emulator, pytest.raises((TypeError, ValueError)):
        emulator.seed(wrong)


def test_serve_says_how_to_point_programs_at_it(capsys: pytest.CaptureFixture[str]) -> None:
    _announce("http://127.0.0.1:8787")
    said = capsys.readouterr().out
    assert "export DLC_RECONCILER_ENDPOINT=http://127.0.0.1:8787" in said
    assert 'endpoint="127.0.0.1:8787", protocol="http"' in said
    assert "aliyun pai-dlc GET /api/v1/jobtemplates --WorkspaceId 1001 " in said
    assert "--endpoint 127.0.0.1:8787 --insecure" in said
