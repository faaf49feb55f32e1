# make run   在瀏覽器使用（第一次會安裝所需套件並載入秘書處計畫與示範資料）
# make test  執行全部測試
# make setup 只安裝，不啟動
#
# Variables: PORT and HOST of `make run`, PYTHON to build .venv from, PYTEST_ARGS for `make test`.

SHELL := /bin/sh
PYTHON ?= python3
export PYTHON
PIP := .venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet
PYTEST := .venv/bin/python -m pytest -n auto --dist worksteal

.PHONY: setup setup-test system-run system-test run test check screenshots
.DELETE_ON_ERROR:

setup: system-run .venv/.installed-run

setup-test: system-test .venv/.installed-test

run: setup
	@.venv/bin/python .ci/serve.py

test: setup-test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check --quiet .
	TEST_DATABASE_URL= $(PYTEST) $(PYTEST_ARGS)
	.venv/bin/python tests/postgres.py $(PYTEST) $(PYTEST_ARGS)

# 以正式環境的設定檢查；自己的 SECRET_KEY、ALLOWED_HOSTS 等環境變數若已設定則採用。
check: setup
	@DEBUG=off SECRET_KEY="$${SECRET_KEY:-$$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')}" \
	ALLOWED_HOSTS="$${ALLOWED_HOSTS:-bsc.example.gov.tw}" .venv/bin/python manage.py check --deploy --fail-level WARNING

# 以示範資料重新產生 docs/screenshots 的畫面與年度報告樣張。
screenshots: setup-test
	@.venv/bin/python .ci/screenshots.py

# Asked every time, which takes a tenth of a second: .venv may have come along to another machine.
system-run:
	@sh .ci/system-packages run

system-test:
	@sh .ci/system-packages test

# The stamps lie in .venv: with it gone, everything is made anew.
.venv/.python: | system-run
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "需要 Python 3.11 以上，目前是 " + sys.version.split()[0] + "。請改用 make PYTHON=python3.11 run")'
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@touch $@

.venv/.installed-run: requirements.txt .venv/.python
	@echo "安裝 Python 套件（requirements.txt）…"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-test: requirements.txt tests/requirements.txt .venv/.installed-run
	@echo "安裝測試用的 Python 套件（tests/requirements.txt）…"
	@$(PIP) -r tests/requirements.txt
	@touch $@
