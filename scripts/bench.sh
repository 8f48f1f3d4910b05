#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The load test: Bailiwick, a bare net/http handler and dynalite in turn, pinned
# to one core, under a client on another. Flags are those of internal/loadtest and go
# before those below: scripts/bench.sh -items 1000000 -roles 10000 -runs 3, or
# -indexes 5 -zipf 1.1 -data DIR -dynalite ''. For profiles: scripts/bench.sh
# -binary '' -profiles /tmp/profiles.
# The data is made in $TMPDIR, which should be on a disk, not in memory.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0 dynalite=()
if command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix "$dir" dynalite@4.0.0 >/dev/null; then
  dynalite=(-dynalite "$dir")
else
  echo "dynalite is not measured: npm is missing or can't install it" >&2
  status=1
fi
go build -o "$dir/bailiwick" ./cmd/bailiwick
go test -count 1 -v -timeout 4h ./internal/loadtest -binary "$dir/bailiwick" -runs 5 -time 2s -items 1000 -settle 2s "${dynalite[@]}" "$@"
exit $status
