# `make help` lists what there is; `.venv` is made by itself. Settings may be arguments: make run PORT=8001

PYTHON ?= python3
BOOTSTRAP = @$(PYTHON) apps/config/launch/bootstrap.py
RUN = .venv/bin/python
COMPILE = .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: help run test bench check backup restore messages requirements clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: ## Start everything on this machine, in the foreground
	$(BOOTSTRAP)
	@exec $(RUN) -m apps.config.launch run

test: ## Every test, on a database of its own; ARGS="tests/gate -k unknown" chooses
	$(BOOTSTRAP) --dev
	@$(RUN) -m apps.config.launch prepare
	@$(RUN) -m pytest -n 2 --dist loadgroup -q $(ARGS)

check: ## Format, lint, types, imports, migrations, deployment settings
	$(BOOTSTRAP) --dev
	@$(RUN) -m apps.config.launch prepare
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m djlint templates --lint --quiet
	$(RUN) -m mypy
	.venv/bin/lint-imports --no-logo
	@# The database need not run: without it, Django warns that it cannot look at the history of migrations.
	PYTHONWARNINGS=ignore::RuntimeWarning $(RUN) manage.py makemigrations --check --dry-run
	@WEIGHBRIDGE_DEBUG=0 WEIGHBRIDGE_SECRET_KEY=$$($(RUN) -c "import secrets; print(secrets.token_urlsafe(48))") \
		WEIGHBRIDGE_BASE_URL=https://weighbridge.example WEIGHBRIDGE_ALLOWED_HOSTS=weighbridge.example \
		$(RUN) manage.py check --deploy --fail-level WARNING

bench: ## Measure, and say on which machine
	$(BOOTSTRAP) --dev
	@$(RUN) -m tests.bench

backup: ## Keep database and files in one tar under the home folder
	$(BOOTSTRAP)
	@$(RUN) -m apps.config.launch backup

restore: ## Put a backup back: make restore FILE=….tar
	$(BOOTSTRAP)
	@$(RUN) -m apps.config.launch restore "$(FILE)"

messages: ## Collect the texts of the interface for translation
	$(BOOTSTRAP)
	@$(RUN) -m apps.config.launch messages

requirements: ## Compile requirements*.txt from requirements*.in
	$(BOOTSTRAP) --dev
	$(COMPILE) --output-file=requirements.txt requirements.in
	$(COMPILE) --output-file=requirements-dev.txt requirements-dev.in

clean: ## Remove what can be made anew; the home folder stays
	rm -rf .venv node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find apps tests locale -name __pycache__ -prune -exec rm -rf {} + -o -name '*.mo' -exec rm -f {} +
