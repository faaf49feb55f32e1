# `make help` lists the targets: the text after ## on their lines.
# Variables: PORT and HOST of `make run`, PYTHON to build .venv from, PYTEST_ARGS for `make test`, UPGRADE for `make lock`.

SHELL := /bin/sh
PYTHON ?= python3
export PYTHON
# Test processes are many, and each would compile every file anew.
unexport PYTHONDONTWRITEBYTECODE
# Ctrl-C waits until a Python program is ready for it; where env cannot do that, it may meet a traceback at the start.
HOLD_INTERRUPT := $(shell env --block-signal=INT true 2>/dev/null && echo env --block-signal=INT)
PIP := $(HOLD_INTERRUPT) .venv/bin/python .ci/interruptible.py pip \
	--disable-pip-version-check --no-input install --quiet --require-hashes
PYTEST := .venv/bin/python -m pytest -n auto --dist worksteal
LONG := --hypothesis-profile=thorough -m "hypothesis or robust or long"

.PHONY: help setup setup-test setup-long installed-run installed-test installed-long system-run system-test system-long
.PHONY: run test test-quick test-long check screenshots entities lock
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## 列出這些目標
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Two at once would write into the same .venv: the second looks at what is to do when the first is done.
setup: ## 只安裝，不啟動
	@sh .ci/one-at-a-time $(MAKE) --no-print-directory installed-run

setup-test: ## 只安裝，連同測試所需的套件
	@sh .ci/one-at-a-time $(MAKE) --no-print-directory installed-test

setup-long:
	@sh .ci/one-at-a-time $(MAKE) --no-print-directory installed-long

installed-run: system-run .venv/.installed-run

installed-test: system-test .venv/.installed-test

installed-long: system-long .venv/.installed-test

run: setup ## 在瀏覽器使用（第一次會安裝所需套件並載入秘書處計畫與示範資料）
	@$(HOLD_INTERRUPT) .venv/bin/python .ci/serve.py

test: setup-test ## 執行全部測試
	.venv/bin/ruff check .
	.venv/bin/ruff format --check --quiet .
	.venv/bin/mypy --no-error-summary
	@failed=; \
	TEST_DATABASE_URL= $(PYTEST) $(PYTEST_ARGS) || failed=SQLite; \
	.venv/bin/python tests/postgres.py $(PYTEST) $(PYTEST_ARGS) || failed="$$failed PostgreSQL"; \
	if [ -n "$$failed" ]; then echo "測試未通過：$$failed" >&2; exit 1; fi

test-quick: setup-test ## 開發時反覆執行的測試：只用 SQLite，不含瀏覽器、檔案、命令、後台等耗時的測試
	TEST_DATABASE_URL= $(PYTEST) --hypothesis-profile=quick -m "not slow" $(PYTEST_ARGS)

test-long: setup-long ## 長時間的測試：隨機產生的資料各數千筆、逐句的故障、數百次強制終止
	@failed=; \
	TEST_DATABASE_URL= $(PYTEST) $(LONG) $(PYTEST_ARGS) || failed=SQLite; \
	.venv/bin/python tests/postgres.py $(PYTEST) $(LONG) $(PYTEST_ARGS) || failed="$$failed PostgreSQL"; \
	if [ -n "$$failed" ]; then echo "測試未通過：$$failed" >&2; exit 1; fi

# Of the environment as it is: what is not set is a finding.
check: setup ## 檢查正式環境：設定、資料庫的帳號與觸發程序、代理、寄信、時鐘、時間限制
	@DEBUG=off .venv/bin/python manage.py check --deploy --fail-level WARNING

screenshots: setup-test ## 以示範資料重新產生 docs/screenshots 的畫面與年度報告樣張
	@.venv/bin/python .ci/screenshots.py

entities: setup ## 由資料表重新畫出 docs/entity-diagram.md
	@DEBUG=on .venv/bin/python manage.py draw_models

lock: .venv/.python ## 依 requirements.in 更新鎖定的套件與雜湊；UPGRADE=1 全部換成最新版本
	@.venv/bin/python .ci/lock.py $(if $(UPGRADE),--upgrade)

# Asked every time, which takes a tenth of a second: .venv may have come along to another machine.
system-run:
	@sh .ci/system-packages run

system-test:
	@sh .ci/system-packages test

system-long:
	@sh .ci/system-packages test-long

# The stamps lie in .venv: with it gone, everything is made anew.
.venv/.python: | system-run
	@$(HOLD_INTERRUPT) $(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "需要 Python 3.11 以上，目前是 " + sys.version.split()[0] + "。請改用 make PYTHON=python3.11 run")'
	@# Of pip's files its description is the last: with it, an earlier run was not interrupted before the end.
	@$(HOLD_INTERRUPT) .venv/bin/python -m pip show --quiet pip >/dev/null 2>&1 || \
	$(HOLD_INTERRUPT) $(PYTHON) .ci/interruptible.py venv .venv
	@touch $@

.venv/.installed-run: requirements.txt .venv/.python
	@echo "安裝 Python 套件（requirements.txt）…"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-test: requirements.txt requirements-oidc.txt tests/requirements.txt .venv/.installed-run
	@echo "安裝測試用的 Python 套件（tests/requirements.txt）…"
	@$(PIP) -r tests/requirements.txt
	@touch $@
