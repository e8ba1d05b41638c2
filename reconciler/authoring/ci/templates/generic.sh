#!/usr/bin/env bash
# For any other CI system: `generic.sh plan`, `generic.sh apply REVIEWED_PLAN`, `generic.sh drift`.
# Written by `dlc-reconciler init --ci generic`. Credentials come from ALIBABA_CLOUD_*, everything else from the lines below
# or from DLC_RECONCILER_*. What is written goes to the folder $OUT (default: dlc), which the CI system should keep, also
# when a step fails.
#
# Exit codes: plan and drift: 0 nothing to do, 2 changes, 3 blocked; apply: 0 done, 3 refused, 4 applied in part.
<% include "script-head.sh" %>

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
