"""`completion` prints what the shells take, and what it prints completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import command


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str) -> None:
    done = command("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert f"_DLC_RECONCILER_COMPLETE={shell}_complete" in done.out
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.out, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_the_script_completes_commands_in_bash() -> None:
    script = command("completion", "bash").out
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words = "COMP_WORDS=(dlc-reconciler perm); COMP_CWORD=1"
    asked = f'{words}; _dlc_reconciler_completion dlc-reconciler; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{asked}"], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "permissions", done.stderr


def test_an_unknown_shell_is_wrong_usage() -> None:
    assert command("completion", "cmd").code == 64
