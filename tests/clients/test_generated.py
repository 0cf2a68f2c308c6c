"""Clients generated from the OpenAPI document, used against a running server."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import served

pytestmark = pytest.mark.clients
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TYPESCRIPT = HERE / "typescript"
GENERATOR = ROOT / ".venv-clients" / "bin"


@pytest.fixture(scope="module")
def base(seeded_url: str) -> Iterator[str]:
    with served(seeded_url) as url:
        yield url


@pytest.fixture(scope="module")
def document(base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("openapi") / "openapi.json"
    path.write_bytes(httpx.get(f"{base}/openapi.json").content)
    return path


def run(command: Sequence[str | Path], folder: Path, **variables: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # What a generator cannot put into the client it leaves out with a warning.
    assert "WARNING" not in done.stderr, done.stderr
    return done.stdout


def expected(base: str, mistakes: list[str]) -> dict[str, Any]:
    """What a client must find, asked without one."""
    page = httpx.get(f"{base}/statements", params={"speaker": "Peskov", "limit": 200}).json()
    selectors = page["data"][0]["occurrence"]["selectors"]
    return {
        "ids": [statement["id"] for statement in page["data"]],
        "speakers": ["Dmitry Peskov"],
        "exact": [s["exact"] for s in selectors if "exact" in s],
        "same": True,
        "wrong": mistakes,
        "missing": "/problems/not-found",
        "rows": len(page["data"]) + 1,
        "changed": True,
    }


def test_typescript(base: str, document: Path):
    binaries = TYPESCRIPT / "node_modules" / ".bin"
    assert binaries.is_dir(), "no generators: run `make test-clients`, which installs them"
    run([binaries / "openapi-typescript", document, "-o", "schema.d.ts"], TYPESCRIPT)
    run([binaries / "tsc"], TYPESCRIPT)
    found = run(["node", "build/use.js", base], TYPESCRIPT)
    assert json.loads(found) == expected(base, ["limit", "kind"])


def test_python(base: str, document: Path, tmp_path: Path):
    assert GENERATOR.is_dir(), "no generators: run `make test-clients`, which installs them"
    package = tmp_path / "onrecord_client"
    command = ["openapi-python-client", "generate", "--meta", "none", "--path", str(document)]
    command += ["--output-path", str(package)]
    path = f"{GENERATOR}{os.pathsep}{os.environ['PATH']}"
    run([*command, f"--config={HERE / 'generator.yml'}"], tmp_path, PATH=path)
    found = run([GENERATOR / "python", HERE / "use.py", base], tmp_path, PYTHONPATH=str(tmp_path))
    assert json.loads(found) == expected(base, ["limit"])
