# SPDX-License-Identifier: Apache-2.0

GO ?= go
FUZZTIME ?= 10m
ROUNDS ?= 500
PACKAGES = ./...

.PHONY: run build check test fuzz bench load crash defences

# The main job: tenants kept apart, and the reason for every denial.
run: build
	./bin/bailiwick demo

build:
	$(GO) build -o bin/bailiwick ./cmd/bailiwick

# What is quick: formatting, vet, staticcheck.
check:
	@files=$$($(GO) tool gofumpt -l $$(git ls-files '*.go')); \
	  if [ -n "$$files" ]; then echo "not formatted by gofumpt:"; echo "$$files"; exit 1; fi
	$(GO) vet $(PACKAGES)
	$(GO) tool staticcheck $(PACKAGES)

# Everything, with real clients, and that every line of package policy is run;
# installs what Debian or Ubuntu is missing.
test: build
	./scripts/prerequisites.sh
	$(GO) test -race $(PACKAGES)
	@profile=$$(mktemp) && $(GO) test -coverprofile "$$profile" ./policy && \
	  if grep ' 0$$' "$$profile"; then echo "no test reaches these lines of what decides"; exit 1; fi

# Every fuzz target, each for FUZZTIME.
fuzz:
	./scripts/fuzz.sh $(FUZZTIME)

# Every benchmark, with the floors beside it; see docs/performance.md.
bench:
	$(GO) test -run '^$$' -bench . -benchmem -count 5 $(PACKAGES)

# The server on a core of its own, with a bare net/http handler and dynalite
# beside it; see docs/performance.md.
load:
	./scripts/bench.sh

# kill -9 of real servers under load, power cuts under the store and under the whole
# server, and state that changes under calls, ROUNDS times or five minutes; nothing
# acknowledged is lost.
crash:
	$(GO) test -count 1 -v -timeout 2h ./internal/crashtest -rounds $(ROUNDS)
	$(GO) test -count 1 -v -timeout 2h ./internal/storage/pebble -run 'TestAcknowledgedSurvives' -rounds $(ROUNDS)
	$(GO) test -count 1 -v -timeout 2h -run 'PowerCut' . -cuts $(ROUNDS)
	$(GO) test -race -count 1 -v -timeout 30m -run 'TestNoCallActs' . -fray 5m

# Every defence taken away, one at a time: a test must notice.
defences:
	$(GO) test -count 1 -v -timeout 2h ./internal/defence -mutate
