# The whole service on one machine. What each target does: make help.
SHELL := /bin/bash
.DEFAULT_GOAL := help
LOCAL := .local/bin/local
# make itself knows AS as the assembler.
ifeq ($(origin AS),default)
AS :=
endif
export PORT AWS_PORT TENANT AS INVITE BY

.PHONY: help run up down token age $(LOCAL)

help: ## Say what there is
	@grep -E '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@echo "PORT= (8080, and the port after it) and AWS_PORT= (4566) move the ports."

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

# The go command itself knows what has changed.
$(LOCAL):
	@command -v go >/dev/null || { echo "go is missing: install the Go that go.mod names and put it on PATH" >&2; exit 1; }
	@test -x $@ || echo "Building infra/local (a minute the first time) ..." >&2
	@go build -o $@ ./infra/local
