#!/usr/bin/env bash
# Installs dlc-reconciler from this action's own checkout, pinned with hashes, unless the job has it on its path.
set -euo pipefail

if command -v dlc-reconciler > /dev/null; then
  dlc-reconciler --version
  exit 0
fi
root=$(cd "$GITHUB_ACTION_PATH/../../.." && pwd)
bin="$RUNNER_TEMP/dlc-reconciler/bin"
python3 -m venv "$RUNNER_TEMP/dlc-reconciler"
"$bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$root/.github/constraints.txt"
"$bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation "$root"
echo "$bin" >> "$GITHUB_PATH"
"$bin/dlc-reconciler" --version
