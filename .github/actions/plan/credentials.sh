# To be sourced: the job's OIDC token for the official credentials chain, when a role is given. Without one, the
# credentials are those of the job's environment. The token is short-lived, so every step asks for its own.
# shellcheck shell=bash

if [ -n "${ROLE_ARN:-}" ]; then
  export ALIBABA_CLOUD_ROLE_ARN="$ROLE_ARN"
  export ALIBABA_CLOUD_OIDC_PROVIDER_ARN="$OIDC_PROVIDER_ARN"
  export ALIBABA_CLOUD_OIDC_TOKEN_FILE="$RUNNER_TEMP/dlc-oidc-token"
  dlc-reconciler ci oidc-token --out "$ALIBABA_CLOUD_OIDC_TOKEN_FILE"
fi
