# Everything a person does with this repository. `make help` lists it.
GO      ?= go
TOOL     = $(GO) tool -modfile=tools/go.mod
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS  = -s -w -X main.version=$(VERSION)
FUZZTIME ?= 1m

.DEFAULT_GOAL := help
.PHONY: help run demo ui build test test-long check fmt generate bench fuzz

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ui ## Serve on 127.0.0.1:4000 with the data in ./luneo-data
	$(GO) run ./cmd/luneo serve

demo: ui ## Serve and drive a modelled platform, with a live table of the KPIs
	$(GO) run ./cmd/luneo demo

ui: ## Build the web UI into internal/web/dist, where Node and npm are there
	@tools/ui

build: ui ## Write bin/luneo, with the web UI
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/luneo ./cmd/luneo

test: ## Install what the tests need, then run them all, and the checks
	@tools/need gcc node npm chromium curl promtool prometheus alertmanager victoria-metrics redis redis-sentinel
	@$(MAKE) --no-print-directory ui
	$(GO) test -race -timeout 20m ./...
	@$(MAKE) --no-print-directory check

test-long: ## The full sizes: 100 kills, a million shops
	@tools/need gcc node npm chromium curl promtool prometheus alertmanager victoria-metrics redis redis-sentinel
	@$(MAKE) --no-print-directory ui
	LUNEO_LONG=1 $(GO) test -race -timeout 60m -count=1 ./...

check: ## Lint, import table, formatting, the types of the web UI
	$(GO) vet ./...
	$(TOOL) golangci-lint run ./...
	@tools/uitest types || [ $$? = 3 ]

fmt: ## Format the code
	$(TOOL) gofumpt -w cmd docs internal monitoring

generate: ## Write the generated files anew (the tests hold them against the code)
	$(GO) test ./internal/app ./internal/intake ./internal/meter ./internal/config ./internal/dashboard -run 'Docs|OpenAPI|Exposition|Golden|Notice|AsWritten' -update

bench: ui ## Measure against peers and limits, interleaved; prints medians
	@tools/need wrk nginx pushgateway victoria-metrics prometheus alertmanager chromium redis node npm
	$(GO) run ./internal/bench

fuzz: ## Run each fuzz target for FUZZTIME (1m)
	@tools/fuzz $(FUZZTIME)
