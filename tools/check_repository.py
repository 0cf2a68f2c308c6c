"""Check what no other linter sees: file lengths, locks without an index, no traces of machines."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST = 400  # lines of a Python file
TRACES = re.compile(
    r"(?<![\w.])/(?:root|Users|work)/\w|file:///\w+/\w+|https?://(?:10|192\.168)\.[\d.]+"
)
TEXT = {".py", ".toml", ".md", ".yml", ".lock", ".txt", "", ".mako", ".json"}


def tracked() -> list[Path]:
    """The files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def faults(path: Path) -> list[str]:
    """What is wrong with one file."""
    if path.suffix not in TEXT:
        return []
    text = path.read_text(encoding="utf-8")
    found = []
    if path.suffix == ".py" and "versions" not in path.parts and text.count("\n") > LONGEST:
        found.append(f"{text.count(chr(10))} lines, at most {LONGEST}")
    if path.suffix == ".lock" and re.search(r"--(extra-)?index-url|find-links", text):
        found.append("names a package index")
    if path.name != Path(__file__).name:
        found += [f"names a machine or a local path: {m.group()}" for m in TRACES.finditer(text)]
    return found


def main() -> int:
    """Print every fault; the exit status says whether there was one."""
    wrong = [f"{p.relative_to(ROOT)}: {fault}" for p in tracked() for fault in faults(p)]
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
