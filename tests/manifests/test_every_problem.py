"""Every problem, always: what one mistake says hides nothing of another, and nothing is said twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from manifests.helpers import desired, told, write

MISTAKES = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: train}
spec:
  content:
    JobType: PyTorchJob
    Priority: 0
    JobMaxRunningTimeMinutes: 0
    Setings: {}
    ResourceId: quota1
    UserCommand: [python]
    DataSources: [{DataSourceId: d-1, Uri: "oss://b/"}]
    JobSpecs:
      - {Type: Wrker, PodCount: "2", Image: r/i, EcsSpec: ecs.g6.large, ResourceConfig: {CPU: "1"}}
      - 5
  constraints: {Nowhere: locked, UserCommand: closed}
"""
TOLD = {
    "DLC025 Priority is 0; it must be at least 1",
    "DLC025 JobMaxRunningTimeMinutes is 0; it must be at least 1",
    'DLC020 unknown field "Setings"; did you mean "Settings"?',
    "DLC022 UserCommand must be text, not a list",
    "DLC104 Uri and DataSourceId exclude each other in one data source",
    'DLC107 PyTorchJob has no role "Wrker"',
    "DLC022 PodCount must be a whole number, not text",
    "DLC101 EcsSpec and ResourceConfig exclude each other in one JobSpec",
    "DLC103 EcsSpec asks for public resources, but the content's ResourceId names a quota",
    "DLC022 JobSpecs[1] must be an object, not a number",
    "DLC111 Nowhere names nothing: the content has no Nowhere",
    'DLC023 UserCommand is "closed"; did you mean "locked"?',
}


def test_a_mistake_of_any_kind_hides_no_other(tmp_path: Path) -> None:
    found = [text.partition(": ")[2] for text in told(desired(write(tmp_path, train=MISTAKES)))]
    assert sorted(found) == sorted(TOLD)


@pytest.mark.parametrize("line", [line.strip() for line in MISTAKES.splitlines()[6:12] if "JobType" not in line])
def test_each_mistake_is_told_once(tmp_path: Path, line: str) -> None:
    text = "\n".join(
        [
            *MISTAKES.splitlines()[:6],
            f"    {line}",
            "    JobSpecs: [{Type: Worker, PodCount: 1, Image: r/i, EcsSpec: ecs.g6.large}]",
        ]
    )
    assert len(told(desired(write(tmp_path, train=text)))) == 1


def test_what_is_missing_is_told_once_and_the_rest_too(tmp_path: Path) -> None:
    text = MISTAKES.split("    JobType", maxsplit=1)[0] + "    Priority: 11\n    CodeSource: {Uri: x}\n"
    found = [each.partition(": ")[2] for each in told(desired(write(tmp_path, train=text)))]
    assert sorted(found) == [
        'DLC021 missing field "JobSpecs" in content',
        'DLC021 missing field "JobType" in content',
        "DLC025 Priority is 11; it must be at most 9",
        "DLC105 CodeSource has no field Uri; code is named by CodeSourceId",
    ]
