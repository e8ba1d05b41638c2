# To be sourced: `quoted COMMAND...` runs a command whose output is data, in which the runner looks for no commands.
# `kept FILE COMMAND...` keeps a copy of what a command says on standard error, and of nothing else.
# shellcheck shell=bash

quoted() {
  local word code=0
  word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$word"
  "$@" || code=$?
  echo "::$word::"
  return "$code"
}

kept() {
  local file=$1
  shift
  { "$@" 2>&1 >&3 3>&- | tee "$file" >&2 3>&-; } 3>&1
}
