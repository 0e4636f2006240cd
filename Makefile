# The developer's commands. Nothing here writes to stdout of its own accord: what a command prints is its answer.
.POSIX:
.SILENT:
.SUFFIXES:
.PHONY: venv run test check bench torture trust calendar sounds schema lock clean

PY = .venv/bin/python
# Qt warns on the C locale.
QUIET = QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8

venv: .venv/.stamp

.venv/.stamp: requirements.lock pyproject.toml setup.py tools/setup.sh
	sh tools/setup.sh

run: .venv/.stamp
	sh tools/run.sh

test: .venv/.stamp
	$(QUIET) $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile

check: .venv/.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(QUIET) $(PY) -m pytest -q tests/architecture

bench: .venv/.stamp
	$(QUIET) $(PY) -m benchmarks

torture: .venv/.stamp
	$(QUIET) $(PY) -m pytest -m torture --timeout 21600

# How far the losses of two hundred generated days are found, and how often the estimate holds the truth.
trust: .venv/.stamp
	$(QUIET) $(PY) -m pytest -m trust --timeout 21600 -s

schema: .venv/.stamp
	$(PY) tools/make_rule_schema.py

calendar: .venv/.stamp
	$(PY) tools/make_calendar.py

sounds: .venv/.stamp
	$(PY) tools/make_sounds.py

lock:
	sh tools/lock.sh

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find secondskies_desktop resources tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +
