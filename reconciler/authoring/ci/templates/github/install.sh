#!/usr/bin/env bash
# Installs the released dlc-reconciler, pinned with hashes, unless the job has it on its path.
set -euo pipefail

if command -v dlc-reconciler > /dev/null; then
  dlc-reconciler --version
  exit 0
fi
bin="$RUNNER_TEMP/dlc-reconciler/bin"
python3 -m venv "$RUNNER_TEMP/dlc-reconciler"
"$bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$GITHUB_ACTION_PATH/../../../dlc-requirements.txt"
echo "$bin" >> "$GITHUB_PATH"
"$bin/dlc-reconciler" --version
