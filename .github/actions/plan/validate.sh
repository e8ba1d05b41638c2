# To be sourced: checks the manifests, puts the problems on their lines, and keeps them in $FOLDER/findings.json.
# shellcheck shell=bash

validate() {
  local code=0
  # Both say the same; the second one says it in the log.
  dlc-reconciler validate --format json > "$FOLDER/findings.json" 2> /dev/null || code=$?
  dlc-reconciler validate --format github || true
  return "$code"
}
