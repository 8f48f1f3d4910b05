#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target in the package that holds it, each for the given time,
# from the corpus that earlier runs have found, and says at the end how often each
# was executed. With KEEP=1 what is found is kept in scripts/fuzz-corpus.tar.gz.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:?usage: [KEEP=1] fuzz.sh TIME}
corpus=scripts/fuzz-corpus.tar.gz
cache=$(go env GOCACHE)/fuzz/$(go list -m)
mkdir -p "$cache"
tar -xzf "$corpus" -C "$cache"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
summary=()
while IFS=: read -r file target; do
  echo "== $(dirname "$file") $target"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$(dirname "$file")" | tee "$log"
  summary+=("$(grep -o 'execs: [0-9]*' "$log" | tail -1 | cut -c8-) $(dirname "$file") $target")
done < <(git grep -oE '^func Fuzz[A-Za-z0-9]+' -- '*_test.go' | sed 's/func //')
[ ${#summary[@]} -gt 0 ] || { echo "no fuzz targets found" >&2; exit 1; }
printf '\nexecutions, target\n'
printf '%s\n' "${summary[@]}"
if [ "${KEEP:-}" = 1 ]; then
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$cache" -cf - . | gzip -9n >"$corpus"
fi
