# To be sourced: `quoted COMMAND...` runs a command whose output is data, in which the runner looks for no commands.
# shellcheck shell=bash

quoted() {
  local word code=0
  word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$word"
  "$@" || code=$?
  echo "::$word::"
  return "$code"
}
