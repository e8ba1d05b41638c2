set -euo pipefail

export DLC_RECONCILER_PROJECT=${DLC_RECONCILER_PROJECT-<%= it.project|shell %>}
export DLC_RECONCILER_TARGET=${DLC_RECONCILER_TARGET-<%= it.targets|shell %>}
# Variables that manifests may take as ${env.NAME}, with commas; an empty list allows none.
export DLC_RECONCILER_ALLOW_ENV=${DLC_RECONCILER_ALLOW_ENV-<%= it.variables|join(",") %>}
out=${OUT:-dlc}
mkdir -p "$out"

# The released package, pinned with hashes, in an environment of its own; where the command is there already, that one.
if ! command -v dlc-reconciler > /dev/null; then
  python3 -m venv "$out/.venv"
  "$out/.venv/bin/pip" install --quiet --require-hashes -r "$(dirname "$0")/dlc-requirements.txt"
  PATH=$(cd "$out/.venv/bin" && pwd):$PATH
fi
