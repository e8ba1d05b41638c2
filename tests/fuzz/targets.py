"""What is fuzzed: bytes in, and an exception only when the program would have been wrong.

A target is pure but for a file in a folder of its own, so it runs under hypothesis and by itself.
"""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

from reconciler.codes import CODE_TABLE
from reconciler.errors import BadAnswer
from reconciler.http.transport import Answer
from reconciler.kinds import KINDS
from reconciler.kinds.jobtemplate.answers import live_summary, live_version, rows_by_number
from reconciler.kinds.jobtemplate.canonical import LiveVersion
from reconciler.kinds.jobtemplate.operations import GET_JOB_TEMPLATE
from reconciler.live.answers import believe
from reconciler.manifests.environment import ProcessEnvironment
from reconciler.manifests.examine import examine_all
from reconciler.manifests.files import read_file
from reconciler.manifests.project import TargetSpec
from reconciler.model import Target
from reconciler.model.canonical import digest
from reconciler.render.text import findings_text
from reconciler.secrets.trees import redact

TARGET = TargetSpec(
    target=Target(name="test", region="cn-hangzhou", workspace_id="1001"), values={"gpu": "ecs.g7.large"}
)
CORPUS = Path(__file__).parent / "corpus"
KEPT_CONTROLS = frozenset("\n")
DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def moves_the_cursor(letter: str) -> bool:
    """Whether a terminal may do something else than show it: controls, line ends, halves, changes of direction."""
    return unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(letter) in DIRECTIONS


def loader(data: bytes) -> None:
    """A manifest file: findings with codes that are explained, printable, at places inside the file; no exception."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(data)
        file = read_file(Path(folder), "a.yaml")
        kinds = {kind.name: kind for kind in KINDS}
        examined = examine_all(file.documents, kinds, TARGET, frozenset({"test"}), ProcessEnvironment({"HOME": "x"}))
    findings = [*file.findings, *(found for each in examined for found in each.findings)]
    lines = data.count(b"\n") + data.count(b"\r") + data.count(b"\xc2\x85") + data.count(b"\xe2\x80") + 1
    for found in findings:
        assert found.code in CODE_TABLE
        assert found.where is None or 1 <= found.where.line <= lines + 1, found
    text = findings_text(findings)
    assert not any(moves_the_cursor(letter) for letter in text if letter not in KEPT_CONTROLS), ascii(text)
    text.encode("utf-8")


def content(data: bytes) -> None:
    """An answer of GetJobTemplate whose body, and whose version's Content, are these bytes: believed, or an error."""
    for body in (data, _wrapped(data)):
        for version in _read(body):
            assert isinstance(version.constraints, Mapping)
            digest(version.content)
            redact(version.content)


def _read(body: bytes) -> list[LiveVersion]:
    """The versions of an answer; none when it is not believed, which is said in one line."""
    try:
        answer = believe(GET_JOB_TEMPLATE, Answer(200, {}, body))
        live_summary(answer)
        return [live_version("tpl1", row) for row in rows_by_number("tpl1", answer["Versions"]).values()]
    except BadAnswer as error:
        told = error.message
    assert told.isprintable(), ascii(told)
    return []


def _wrapped(data: bytes) -> bytes:
    """A sound answer around a Content."""
    version = {"Version": 1, "Content": data.decode("utf-8", "replace")}
    head = {"TemplateId": "tpl1", "TemplateName": "t", "DefaultVersion": 1, "WorkspaceId": "1001", "RequestId": "r"}
    return json.dumps({**head, "Versions": [version]}).encode()


TARGETS: Mapping[str, Callable[[bytes], None]] = {"loader": loader, "content": content}
