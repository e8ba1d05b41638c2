# To be sourced: checks the manifests, puts the problems on their lines, and keeps them in $FOLDER/findings.json.
# shellcheck shell=bash

validate() {
  local code=0
  dlc-reconciler validate --format json > "$FOLDER/findings.json" || code=$?
  dlc-reconciler validate --format github || true
  return "$code"
}
