# Everything by one name. `make run` and `make test` need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Given on make's command line or in the environment; else .env or the default decides.
ifdef PORT
export PORT
endif
ifdef DATA_DIR
export DATA_DIR
endif

.PHONY: run test coverage lint format lock bench bench-api bench-ingest eval eval-topics soak campaign test-clients train fit-topics clean

run: $(VENV)/.runtime
	@exec $(BIN)/onrecord up

test: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist worksteal

# The same, with every line and branch counted: some three times as long.
coverage: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=term-missing:skip-covered

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_repository.py
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Faults, fuzzing and hostile inputs: at a size that fits, and at full size.
soak: $(VENV)/.dev
	$(BIN)/pytest -m soak -p no:cacheprovider

campaign: $(VENV)/.dev
	ONRECORD_CAMPAIGN=1 $(BIN)/pytest -m soak -p no:cacheprovider

# Swagger UI in a real browser, the network cut off; a TypeScript and a Python client generated
# from the OpenAPI document and used. Installs what is missing, or fails naming it.
test-clients: $(VENV)/.dev
	./tools/need-chromium
	./tools/need-generators $(PYTHON)
	$(BIN)/pytest -m "browser or clients" -p no:cacheprovider

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.extraction

# The API beside a hand-written handler and the ordinary way. SIZES: statements, the largest last.
SIZES ?= 20000,200000
bench-api: $(VENV)/.dev
	$(BIN)/python -m benchmarks.api --statements $(SIZES)

# Ingestion beside one process that only extracts: speed, a second pass, memory (MEMORY articles).
ARTICLES ?= 2000
PAGES ?= 0
ROUNDS ?= 3
MEMORY ?= 0
bench-ingest: $(VENV)/.dev
	$(BIN)/python -m benchmarks.ingest --articles $(ARTICLES) --pages $(PAGES) \
		--rounds $(ROUNDS) --memory $(MEMORY)

# Precision, recall and F1 of topics on tests/gold/topics.jsonl, and their speed.
eval-topics: $(VENV)/.dev
	$(BIN)/python -m benchmarks.topics

# The tagger at the core of extraction: see training/README.md. CORPUS is a folder with
# polnear_train.jsonl and score.py, GOLD are files of annotated statements. What comes out in
# $(BUILD)/model is what app/extraction/data/tagger holds.
BUILD ?= build/tagger
GOLD ?= tests/gold/own.jsonl tests/gold/who.jsonl
TRAIN := .venv-training/bin/python -m training
POLNEAR := $(CORPUS)/polnear_train.jsonl --scorer $(CORPUS)/score.py

train: .venv-training/.made
	$(TRAIN).base $(BUILD)/base
	$(TRAIN).train $(CORPUS)/polnear_train.jsonl $(BUILD)/first --base $(BUILD)/base --epochs 3 --lr 3e-4 --ema 0.995
	$(TRAIN).train $(CORPUS)/polnear_train.jsonl $(BUILD)/run --base $(BUILD)/base \
		--start $(BUILD)/first/epoch2.pt --epochs 5 --lr 2e-4 --ema 0.997 --mask 0.06 --link-weight 0.15
	$(TRAIN).export $(BUILD)/run/epoch5.pt $(CORPUS)/polnear_train.jsonl $(BUILD)/model --base $(BUILD)/base
	$(TRAIN).fit $(BUILD)/model $(POLNEAR)
	$(TRAIN).listing_fit $(BUILD)/model $(GOLD)
	$(TRAIN).calibrate $(BUILD)/model $(POLNEAR) --gold $(GOLD)
	$(TRAIN).evaluate $(BUILD)/model $(POLNEAR) --held-out

# Every figure of extraction: `make eval CORPUS=FOLDER GOLD="FILE …"`. CORPUS is a folder with
# polnear_dev.jsonl, score.py and score_statements.py.
eval: .venv-training/.made $(VENV)/.runtime
	@test -n "$(CORPUS)" || { echo "error: say where the corpus is: make eval CORPUS=FOLDER" >&2; exit 2; }
	@mkdir -p $(BUILD)
	@$(BIN)/onrecord extract --jsonl < $(CORPUS)/polnear_dev.jsonl > $(BUILD)/polnear_dev.jsonl
	@.venv-training/bin/python $(CORPUS)/score.py $(CORPUS)/polnear_dev.jsonl $(BUILD)/polnear_dev.jsonl
	@for gold in $(GOLD); do echo "== $$gold"; \
		$(BIN)/onrecord extract --jsonl < $$gold > $(BUILD)/gold.jsonl; \
		.venv-training/bin/python $(CORPUS)/score_statements.py $$gold $$gold $(BUILD)/gold.jsonl; done

# The head of the Media Topics, from the written examples, and the weights of their model, from the
# development part of tests/gold/topics.jsonl and training/topics/practice.jsonl.
fit-topics: .venv-training/.made
	.venv-training/bin/python -m training.base $(BUILD)/base
	.venv-training/bin/python -m training.topics.head $(BUILD)/base
	.venv-training/bin/python -m training.topics.fit

.venv-training/.made: training/requirements.txt
	$(PYTHON) -m venv --clear .venv-training
	.venv-training/bin/python -m pip install --quiet -r training/requirements.txt
	@touch $@

# The locks name versions and hashes, never an index.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --constraint requirements.lock --universal --no-strip-extras \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
		--output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; name it with PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
