#!/usr/bin/env bash
# For any CI system whose code is on a host that dlc-reconciler knows (GitHub, GitLab, Codeup, Gitee):
# `hosted.sh plan` on a request, `hosted.sh apply` after the merge, `hosted.sh drift` on a schedule.
#
# Written by `dlc-reconciler init --ci codeup`, `gitee` or `jenkins`. Project, targets and allowed variables come from the
# lines below or from DLC_RECONCILER_*, credentials from ALIBABA_CLOUD_*, the host's token from its own variable. Where the
# runner does not say it: DLC_RECONCILER_PLATFORM, DLC_RECONCILER_REPOSITORY and DLC_RECONCILER_NUMBER name host, repository
# and request. With NOTIFY_TO (dingtalk, feishu, wecom, slack) and DLC_RECONCILER_NOTIFY_URL a group chat is told too. What
# is written goes to the folder $OUT (default: dlc).
#
# Exit codes: plan and drift: 0 planned, 1 invalid, 3 blocked; apply: 0 done, 3 refused, 4 applied in part.
set -euo pipefail

export DLC_RECONCILER_PROJECT=${DLC_RECONCILER_PROJECT-reconciler.yaml}
export DLC_RECONCILER_TARGET=${DLC_RECONCILER_TARGET-staging,prod}
# Variables that manifests may take as ${env.NAME}, with commas; an empty list allows none.
export DLC_RECONCILER_ALLOW_ENV=${DLC_RECONCILER_ALLOW_ENV-}
out=${OUT:-dlc}
mkdir -p "$out"

# The released package, pinned with hashes, in an environment of its own; where the command is there already, that one.
if ! command -v dlc-reconciler > /dev/null; then
  python3 -m venv "$out/.venv"
  "$out/.venv/bin/pip" install --quiet --require-hashes -r "$(dirname "$0")/dlc-requirements.txt"
  PATH=$(cd "$out/.venv/bin" && pwd):$PATH
fi
rm -f "$out/plan.json" "$out/apply.jsonl" "$out/said.txt" "$out/findings.json"

# What cannot be told does not change how the job ends.
told() { dlc-reconciler "$@" || echo "That could not be told: $2"; }

notify() {
  if [ -n "${NOTIFY_TO:-}" ] && [ -n "${DLC_RECONCILER_NOTIFY_URL:-}" ]; then
    told ci notify "$out/plan.json" --to "$NOTIFY_TO" "$@"
  fi
}

# Why there is no plan, or why it was not applied.
because() {
  set -- ci mark "$1"
  if [ -s "$out/findings.json" ]; then set -- "$@" --findings "$out/findings.json"; fi
  if [ -s "$out/said.txt" ]; then set -- "$@" --said "$out/said.txt"; fi
  if [ -s "$out/plan.json" ]; then set -- "$@" "$out/plan.json"; fi
  told "$@"
}

make_plan() {
  local code=0
  dlc-reconciler validate --format json > "$out/findings.json" 2> "$out/said.txt" || code=$?
  if [ "$code" -eq 0 ]; then dlc-reconciler plan --out "$out/plan.json" 2> "$out/said.txt" || code=$?; fi
  cat "$out/said.txt" >&2
  return "$code"
}

plan() {
  local code=0
  told ci mark planning
  make_plan || code=$?
  if [ -s "$out/plan.json" ]; then
    dlc-reconciler ci comment "$out/plan.json"
    notify
  else
    because outdated
  fi
  return "$code"
}

apply() {
  local code=0
  make_plan || code=$?
  if [ "$code" -eq 0 ]; then
    # Everything that would be done now must be in a plan that was shown on a merged request.
    dlc-reconciler ci verify "$out/plan.json" 2> "$out/said.txt" || code=$?
    cat "$out/said.txt" >&2
  fi
  if [ "$code" -ne 0 ]; then
    because refused
    return "$code"
  fi
  dlc-reconciler apply "$out/plan.json" --log-json "$out/apply.jsonl" > "$out/report.txt" || code=$?
  cat "$out/report.txt"
  if [ -s "$out/apply.jsonl" ]; then
    told ci comment "$out/plan.json" --report "$out/apply.jsonl"
    notify --report "$out/apply.jsonl"
  fi
  return "$code"
}

drift() {
  local code=0
  make_plan || code=$?
  if [ -s "$out/plan.json" ]; then
    # Codeup keeps no issues: there the chat is the place.
    told ci issue "$out/plan.json"
    notify --drift
  fi
  return "$code"
}

case "${1:-}" in
  plan | apply | drift) "$1" ;;
  *)
    echo "usage: $0 plan | apply | drift" >&2
    exit 64
    ;;
esac
