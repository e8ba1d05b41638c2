#!/usr/bin/env bash
# For any other CI system: `generic.sh plan`, `generic.sh apply REVIEWED_PLAN`, `generic.sh drift`.
# Target, project and endpoint come from DLC_RECONCILER_*, credentials from ALIBABA_CLOUD_*. What is written goes to
# the folder $OUT (default: dlc), which the CI system should keep, also when a step fails.
#
# Exit codes: plan and drift: 0 nothing to do, 2 changes, 3 blocked; apply: 0 done, 3 refused, 4 applied in part.
set -euo pipefail

out=${OUT:-dlc}
# Variables that manifests may take as ${env.NAME}, with commas; without a list, none.
export DLC_RECONCILER_ALLOW_ENV=${DLC_RECONCILER_ALLOW_ENV-}
mkdir -p "$out"

plan() {
  dlc-reconciler validate --format junit > "$out/manifests.xml"
  dlc-reconciler plan --detailed-exitcode --out "$out/plan.json" | tee "$out/plan.txt"
}

apply() {
  local reviewed=$1 code=0
  dlc-reconciler plan --out "$out/plan.json"
  # Everything that would be done now must be in the plan that was reviewed.
  dlc-reconciler ci verify "$out/plan.json" --reviewed "$reviewed"
  dlc-reconciler apply "$out/plan.json" --log-json "$out/apply.jsonl" > "$out/report.txt" || code=$?
  cat "$out/report.txt"
  return "$code"
}

case "${1:-}" in
  plan | drift) plan ;;
  apply) apply "${2:?the plan file that was reviewed}" ;;
  *)
    echo "usage: $0 plan | apply REVIEWED_PLAN | drift" >&2
    exit 64
    ;;
esac
