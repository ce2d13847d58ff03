# Sourced by quickstart.sh: requests to try. Each line can be pasted unchanged into another terminal, in any folder.
# shellcheck shell=bash

print_requests() {
  local api tools ca key runtime
  api=https://127.0.0.1:$api_port/api/v1/secrets/
  tools=https://127.0.0.1:$tool_port/tool/v1/resolve
  ca="--cacert $(printf %q "$state/servers-ca.pem")"
  key="-H @$(printf %q "$state/api-key.header")"
  runtime="--cert $(printf %q "$state/runtime.pem") --key $(printf %q "$state/runtime.key")"
  local json="-H 'Content-Type: application/json'"
  cat <<REQUESTS

Tacit is running: the API on https://127.0.0.1:$api_port, the tool plane on https://127.0.0.1:$tool_port. Ctrl-C ends it.
Try in another terminal:

# create a secret for every Linear tool
curl -sS $ca $key $json $api --data '{"secret_name": "linear", "secret_value": "lin_api_0123456789abcdef", "tool_name": "agno__linear__*", "tool_arg": "api_key", "is_default_for_tool": true}' | jq

# list: the value is never shown
curl -sS $ca $key $api | jq

# get one
curl -sS $ca $key "$api\$(curl -sS $ca $key '$api?secret_name=linear' | jq -r '.data[0].secret_id')" | jq

# what the runtime of one of those tools gets, over mutual TLS
curl -sS $ca $runtime $json $tools --data '{"user_id": "$user", "tool_name": "agno__linear__get_issue_details"}' | jq

# the same in a browser, which has to be told to trust the development certificate; sign in with the key that this prints
echo https://127.0.0.1:$api_port/console/; sed 's/^x-api-key: //' $(printf %q "$state/api-key.header")

REQUESTS
}
