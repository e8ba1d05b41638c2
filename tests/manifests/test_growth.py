"""What a finding costs does not grow with the file it stands in: files are composed for their positions once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from reconciler.manifests import composition
from reconciler.manifests.yaml_text import compose
from reconciler.model.nearest import meant

from .helpers import TEMPLATE, desired, write

WRONG = TEMPLATE.replace("PyTorchJob", "PyTorchJobb")


BUILT = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {{name: built-{number}}}
spec: {{base: train, content: {{JobType: Nonsense}}}}
"""


def test_a_base_that_thousands_miss_is_compared_with_the_others_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To compare a name with all others takes long, and its answer is the same for each."""
    compared: list[object] = []

    def counted(word: object, known: Iterable[str]) -> str:
        compared.append(word)
        return meant(word, known)

    monkeypatch.setattr(composition, "meant", counted)
    built = "---\n".join(BUILT.format(number=number).replace("base: train", "base: trian") for number in range(20))
    findings = desired(write(tmp_path, base=TEMPLATE, built=built)).findings
    expected = 'there is no JobTemplate "trian" to build on; did you mean "train"?'
    assert [item.summary for item in findings] == [expected] * 20
    assert compared == ["trian"]


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are composed for the sake of positions."""
    texts: list[str] = []

    def counted(text: str) -> list[yaml.Node]:
        texts.append(text)
        return compose(text)

    monkeypatch.setattr("reconciler.manifests.positions.compose", counted)
    return texts


def test_a_file_is_composed_once_for_the_places_of_all_its_findings(tmp_path: Path, composed: list[str]) -> None:
    documents = [WRONG.replace("name: train", f"name: train-{number}") for number in range(20)]
    findings = desired(write(tmp_path, all="---\n".join(documents))).findings
    assert [item.where.line for item in findings if item.where] == [6 + 9 * number for number in range(20)]
    assert len(composed) == 1


def test_a_file_and_its_base_are_composed_once_each(tmp_path: Path, composed: list[str]) -> None:
    built = "---\n".join(BUILT.format(number=number) for number in range(20))
    findings = desired(write(tmp_path, base=TEMPLATE, built=built)).findings
    assert [item.where.line for item in findings if item.where] == [4 + 5 * number for number in range(20)]
    assert len(composed) == 2
