# The whole service on one machine. What each target does: make help.
SHELL := /bin/bash
.DEFAULT_GOAL := help
LOCAL := .local/bin/local
# make itself knows AS as the assembler.
ifeq ($(origin AS),default)
AS :=
endif
export PORT AWS_PORT TENANT AS INVITE BY

.PHONY: help run up down token age bench endings fresh test lint unit web story browser chromium $(LOCAL)

help: ## Say what there is
	@grep -E '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@echo "PORT= (8080, and the two after it) and AWS_PORT= (4566) move the ports."

run: $(LOCAL) ## Start everything on this machine; Ctrl-C ends it
	@$(LOCAL) run

up: $(LOCAL) ## The same, in the background: returns once it is healthy
	@$(LOCAL) up

down: $(LOCAL) ## End what up started
	@$(LOCAL) down

token: $(LOCAL) ## Print a bearer token: TENANT=acme [AS=viewer|service]
	@$(LOCAL) token

age: $(LOCAL) ## Make an invite older, on the local stack only: INVITE=inv_... BY=8d
	@$(LOCAL) age

# The go command itself knows what has changed. The flags are the Lambdas', so that
# what both use is compiled once.
$(LOCAL):
	@command -v go >/dev/null || { echo "go is missing: install the Go that go.mod names and put it on PATH" >&2; exit 1; }
	@test -x $@ || echo "Building infra/local (a minute the first time) ..." >&2
	@CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o $@ ./infra/local

# Each step says when it begins. The npm steps run beside Go's. The stack that the story is
# told on is taken down again only where this started it.
test: lint chromium ## Prove everything: unit, DynamoDB Local, deployed stack, browser
	@$(MAKE) --no-print-directory -j2 web unit
	@up=; test -e .local/stack.json || up=1; $(LOCAL) up || exit 1; \
	  status=0; $(MAKE) --no-print-directory story && $(MAKE) --no-print-directory browser || status=$$?; \
	  test -z "$$up" || $(LOCAL) down; exit $$status

lint: $(LOCAL) ## gofmt, vet, and each template once by cfn-lint and sam validate
	@echo "== lint"
	@unformatted=$$(gofmt -l client examples functions infra shared tests); test -z "$$unformatted" || { echo "not gofmt-ed: $$unformatted"; exit 1; }
	@go vet ./...
	@$(LOCAL) tools
	@.local/venv/bin/cfn-lint template.yaml infra/*.yaml examples/*/template.yaml
	@AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 .local/venv/bin/sam validate

# A busy machine is slow and not wrong: the limits end what would hang, and no test counts seconds.
unit: $(LOCAL) ## Domain, adapters, clients, and the store on DynamoDB Local
	@echo "== unit and DynamoDB Local"
	@go run ./shared/dynamo/dynamotest/install
	@go test -timeout 40m ./client/... ./examples/... ./functions/... ./infra/... ./shared/... ./tests/outbox/...

web: $(LOCAL) ## The types of web/, the mail it makes, and its tests
	@echo "== web"
	@$(LOCAL) tools
	@npm --prefix web run --silent check
	@npm --prefix web run --silent test

story: ## The rules of the product on the stack that is up
	@echo "== the story on the deployed stack"
	@go test -count=1 -timeout 40m ./tests

browser: ## Console and invitee pages in Chromium, on the stack that is up
	@echo "== browser"
	@cd tests/browser && npm ci --silent && npm test

bench: ## Sizes, init and counted costs; measures, never fails on time
	@go run ./infra/bench
	@go run ./shared/dynamo/dynamotest/install
	@go test -run '^$$' -bench . -benchtime 20x ./shared/...

endings: ## Renew the list of top-level domains (needs npm)
	@go run ./infra/endings

# For a weekly job, not for a change's own tests: it fails when the world has moved on.
fresh: ## Say which built-in data is older than its newest release; needs the network
	@status=0; go run ./shared/zone/renew -check || status=1; go run ./infra/endings -check || status=1; exit $$status

chromium:
	@command -v chromium >/dev/null || { echo "== installing Chromium (needs root)"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; }
