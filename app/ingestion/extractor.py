"""A process that prepares articles for another, and the handle by which that one holds it.

    python -m app.ingestion.extractor THREADS

Reads pickled `Raw` on standard input and answers each with `Prepared` or `Failed` on standard
output. It ends when its input does, so none outlives the process that started it.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys

from app.extraction.tagger import use_threads
from app.ingestion.channel import ChannelClosedError
from app.ingestion.prepared import Failed, Prepared
from app.ingestion.raw import Raw

_TRIES = 2
_YOUNG = 20_000  # objects, after which the collector looks at the new ones


class Extractor:
    """A process that prepares one article at a time; one that dies is replaced."""

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process, once it was needed."""
        return self._process.pid if self._process else None

    def prepare(self, raw: Raw) -> Prepared | Failed:
        """Have an article prepared. What kills the process twice has failed.

        Raises ChannelClosedError once it was closed.
        """
        code: int | None = None
        for _ in range(_TRIES):
            try:
                return self._ask(raw)
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                code = self._stop()
                if self._closed:
                    raise ChannelClosedError from None
        killed = f"by signal {-code}" if code and code < 0 else f"with status {code}"
        return Failed(raw.name, f"extraction ended twice {killed}; too little memory, perhaps")

    def __enter__(self) -> "Extractor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._stop()

    def _ask(self, raw: Raw) -> Prepared | Failed:
        if self._closed:
            raise EOFError
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 ourselves
                # -P: a folder called "app" where the command is called is not ours.
                [sys.executable, "-P", "-m", __name__, str(self._threads)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        process = self._process
        assert process.stdin is not None  # noqa: S101 a pipe, as asked for
        assert process.stdout is not None  # noqa: S101
        pickle.dump(raw, process.stdin)
        process.stdin.flush()
        answer: Prepared | Failed = pickle.load(process.stdout)  # noqa: S301 our own process
        return answer

    def close(self) -> None:
        """End the process, whatever it is at, from whatever thread; none is started after it."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()

    def _stop(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # what was still to be flushed is wanted no more
                    continue
        return code


def main() -> None:
    """Answer until the input ends."""
    # A signal to the group is for the parent, which lets the article in hand be finished.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # Only here: whoever holds an Extractor need not hold what it works with.
    from app.ingestion.preparing import prepare  # noqa: PLC0415

    use_threads(int(sys.argv[1]))
    # Whatever prints has standard error: standard output is for answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def answer() -> None:
        raw = pickle.load(sys.stdin.buffer)  # noqa: S301 from our own parent
        pickle.dump(prepare(raw), answers)
        answers.flush()

    try:
        answer()
        _keep_what_is_loaded()
        while True:
            answer()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # the parent has gone or wants no more: nothing here has to be tidied up


def _keep_what_is_loaded() -> None:
    """Take the model and its data from the garbage collector, and call it less often.

    Nothing of them ever goes, and looking through them takes 3 % of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


if __name__ == "__main__":
    main()
