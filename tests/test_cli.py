"""The `onrecord` command as people run it: a process of its own, real files, a real socket."""

import io
import json
import signal
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from app.cli import main
from app.embedded import embedded_postgres
from app.settings import get_settings
from tests.serving import ONRECORD, environment, free_port, start, wait_until_up

SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLE = "“The harbour will open in May,” said Mayor Ingrid Solberg.\n"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


Onrecord = Callable[..., Done]


@pytest.fixture
def onrecord(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Onrecord:
    """Runs the command in this process, which spares the imports of another; see `run_process`."""

    def run(*arguments: str, stdin: bytes = b"", **variables: str) -> Done:
        for name, value in environment(**variables).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["onrecord", *arguments])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        get_settings.cache_clear()
        with pytest.raises(SystemExit) as stop:
            main()
        get_settings.cache_clear()
        return Done(int(stop.value.code or 0), *capsys.readouterr())

    return run


def run_process(*arguments: str, **variables: str) -> Done:
    """Runs the command as a shell would."""
    done = subprocess.run(
        [ONRECORD, *arguments],
        capture_output=True,
        text=True,
        env=environment(**variables),
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def one_line_error(done: Done) -> str:
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("error: ")
    return done.stderr


def test_export_writes_a_whole_file_or_none(
    onrecord: Onrecord, seeded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "said.csv"
    given = ("export", "speaker=Peskov&sort=id", "--format=csv", "-o", str(target))
    done = onrecord(*given, DATABASE_URL=seeded_url)
    assert (done.returncode, done.stderr) == (0, "8 statements\n")
    whole = target.read_bytes()
    assert whole.startswith(b"id,text,")
    assert whole.count(b"\r\n") == 9

    def break_off(*_: object) -> bytes:
        raise OSError("the disk is full")

    monkeypatch.setattr("app.formats.table.Csv.end", break_off)
    assert "the disk is full" in one_line_error(onrecord(*given, DATABASE_URL=seeded_url))
    assert [path.name for path in tmp_path.iterdir()] == ["said.csv"]
    assert target.read_bytes() == whole


def test_export_to_stdout_has_the_urls_of_the_api(seeded_url: str):
    done = run_process(
        "export", "limit=1", "--format=jsonld", "--base-url=https://on.example/",
        DATABASE_URL=seeded_url,
    )  # fmt: skip
    (node,) = json.loads(done.stdout)["@graph"]
    assert node["@id"].startswith("https://on.example/statements/")
    assert done.stderr == "1 statement\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["speeker=Peskov"], "query: speeker"),
        (["limit=0"], "query: limit"),
        (["limit=1&limit=2"], "query: limit"),
        (["sort=relevance"], "needs q"),
        (["--format=xlsx"], "there are csv, ndjson, jsonld, atom, feed.json"),
        (["-o", "/dev/null/x"], "cannot write /dev/null/x"),
    ],
)
def test_export_says_what_is_wrong(
    onrecord: Onrecord, seeded_url: str, arguments: list[str], words: str
):
    assert words in one_line_error(onrecord("export", *arguments, DATABASE_URL=seeded_url))


def test_a_port_on_the_command_line_goes_before_the_environment():
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = run_process("serve", f"--port={port}", PORT=str(free_port()))
    assert f"127.0.0.1:{port}" in one_line_error(done)


def test_extract_prints_statements_for_people(onrecord: Onrecord, tmp_path: Path):
    (tmp_path / "a.txt").write_text(ARTICLE)
    done = onrecord("extract", str(tmp_path / "a.txt"))
    assert done.returncode == 0
    assert "Ingrid Solberg (direct, speech)" in done.stdout
    assert "“The harbour will open in May,”" in done.stdout


def test_extract_jsonl_answers_line_by_line_and_tells_bad_ones(onrecord: Onrecord, tmp_path: Path):
    lines = [
        json.dumps({"doc_id": "one", "text": ARTICLE}),
        "{broken",
        json.dumps({"doc_id": "two"}),
        json.dumps({"text": "x"}),
        json.dumps({"doc_id": "date", "text": "x", "published_at": "soon"}),
        json.dumps({"doc_id": "who", "text": "x", "publisher": 5}),
        "[" * 100_000,
        "",
        json.dumps({"doc_id": 3, "text": "", "published_at": "2025-02-12", "title": None}),
        json.dumps({"doc_id": "four", "text": "\ud800 “A” \x00 said B."}),
    ]
    done = onrecord("extract", "--jsonl", stdin="\n".join(lines).encode())
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["doc_id"] for answer in answers] == ["one", 3, "four"]
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "line 2",
        "line 3",
        "line 4",
        "line 5",
        "line 6",
        "line 7",
    ]
    (attribution,) = answers[0]["attributions"]
    assert attribution.keys() == {
        "kind", "act", "statement", "content", "cue", "source", "speaker", "via", "medium",
        "said_on", "confidence",
    }  # fmt: skip
    assert attribution["speaker"] == {"name": "Ingrid Solberg", "kind": "person"}
    assert [ARTICLE[s:e] for s, e in attribution["source"]] == ["Mayor Ingrid Solberg"]


def test_extract_needs_files_or_jsonl(onrecord: Onrecord):
    one_line_error(onrecord("extract"))


def test_ingest_on_a_server_named_by_database_url(onrecord: Onrecord, tmp_path: Path, db_url: str):
    (tmp_path / "a.txt").write_text(ARTICLE)
    (tmp_path / "empty.txt").write_text("")
    done = run_process("ingest", str(tmp_path), DATABASE_URL=db_url)
    assert done.returncode == 1
    assert "2 inputs: 1 ingested, 0 unchanged, 0 updated, 1 failed" in done.stdout
    assert f"failed: {tmp_path / 'empty.txt'}: empty" in done.stderr
    assert onrecord("ingest", str(tmp_path / "a.txt"), DATABASE_URL=db_url).returncode == 0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--published-at", "12.02.2025"], "not an ISO 8601 date"),
        (["--url", "ftp://x"], "url: must be an http(s) URL"),
        (["--url", "https://x.example/1"], "one article, but several files"),
    ],
)
def test_ingest_with_wrong_options(
    onrecord: Onrecord, tmp_path: Path, db_url: str, options: list[str], reason: str
):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(ARTICLE)
    error = one_line_error(onrecord("ingest", str(tmp_path), *options, DATABASE_URL=db_url))
    assert reason in error


def test_topics_import_tells_what_it_did(onrecord: Onrecord, tmp_path: Path, db_url: str):
    file = tmp_path / "topics.tsv"
    file.write_text("code\tname\nmedtop:20000062\twar\n")
    done = onrecord("topics", "import", str(file), DATABASE_URL=db_url)
    assert (done.returncode, done.stdout) == (0, "1 topics: 1 new, 0 updated, 0 unchanged\n")
    file.write_text("code\tname\nwar\twar\n")
    done = onrecord("topics", "import", str(file), DATABASE_URL=db_url)
    assert done.returncode == 1
    assert f"{file}: line 2: 'war' is no code like medtop:20000056" in done.stderr


def test_a_database_that_does_not_answer_is_one_line(onrecord: Onrecord):
    url = "postgresql://someone:secret@127.0.0.1:1/nothing"
    for command in (["up"], ["migrate"], ["ingest", "x.txt"]):
        error = one_line_error(onrecord(*command, DATABASE_URL=url, PORT=str(free_port())))
        assert "the database does not answer: connection failed" in error
        assert "secret" not in error


def test_a_database_url_of_another_kind_is_one_line(onrecord: Onrecord):
    assert "mysql" in one_line_error(onrecord("migrate", DATABASE_URL="mysql://x/y"))


def test_a_schema_that_is_missing_is_one_line(onrecord: Onrecord, databases):
    url = databases.url(databases.create())
    error = one_line_error(onrecord("ingest", "x.txt", DATABASE_URL=url))
    assert "onrecord migrate" in error
    assert onrecord("migrate", DATABASE_URL=url).returncode == 0


def test_a_setting_that_is_wrong_is_named(onrecord: Onrecord):
    assert "PORT" in one_line_error(onrecord("serve", PORT="many"))


def test_a_folder_that_cannot_be_written_is_one_line(onrecord: Onrecord, tmp_path: Path):
    # Permissions do not stop root, but a file where a folder should be stops everybody.
    (tmp_path / "data").write_text("")
    error = one_line_error(onrecord("up", DATA_DIR=str(tmp_path / "data"), PORT=str(free_port())))
    assert "cannot write to the data folder" in error


def test_any_folder_will_do(tmp_path: Path):
    data = tmp_path / "my own 100% ünï'cødé data"
    for _ in range(2):
        with embedded_postgres(data) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not database_of(data)


def test_a_first_start_that_was_cut_off_is_done_again(onrecord: Onrecord, tmp_path: Path):
    half_made = tmp_path / "postgres"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    (half_made / "base").mkdir()
    (tmp_path / "postgres" / ".handle_pids.json").write_text("[12")
    assert onrecord("migrate", DATA_DIR=str(tmp_path)).returncode == 0


def test_control_characters_of_an_article_do_not_reach_the_terminal(
    onrecord: Onrecord, tmp_path: Path
):
    path = tmp_path / "a\x1b[31m.txt"
    path.write_text("“Taxes \x1b]0;pwned\x07 will fall,” said Mayor Ingrid Solberg.\n")
    done = onrecord("extract", str(path), str(tmp_path / "gone\x1b[2J.txt"))
    assert "Taxes" in done.stdout
    assert "no such file" in done.stderr
    assert "\x1b]" not in done.stdout + done.stderr
    assert "\x1b[2J" not in done.stderr


@pytest.mark.parametrize(
    "url",
    ["postgresql://x/y?bogus=1", "postgresql://[bad/x", "postgresql://a:p%ZZsecret@x/y"],
)
def test_a_database_url_that_cannot_be_read_is_one_line(onrecord: Onrecord, url: str):
    error = one_line_error(onrecord("migrate", DATABASE_URL=url))
    assert "secret" not in error


def test_two_servers_cannot_share_a_port(onrecord: Onrecord, tmp_path: Path, seeded_url: str):
    port = free_port()
    first = start("serve", DATABASE_URL=seeded_url, PORT=str(port))
    wait_until_up(port, first)
    assert str(port) in one_line_error(onrecord("serve", DATABASE_URL=seeded_url, PORT=str(port)))
    first.terminate()
    first.finish()


def test_a_port_in_use_is_one_line(onrecord: Onrecord, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        error = one_line_error(onrecord("up", PORT=port, DATA_DIR=str(tmp_path)))
    assert port in error
    assert not (tmp_path / "postgres").exists()


def database_of(data_dir: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(data_dir / "postgres") in (process.info["cmdline"] or [])
    ]


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_the_seeds_and_stops_everything(tmp_path: Path, stop_signal: signal.Signals):
    port = free_port()
    variables = {"DATA_DIR": str(tmp_path), "PORT": str(port)}
    for ingested in ("1 ingested, 0 unchanged", "0 ingested, 1 unchanged"):
        process = start("up", **variables)
        wait_until_up(port, process)
        page = httpx.get(f"http://127.0.0.1:{port}/statements?speaker=Peskov").json()
        assert len(page["data"]) >= 7
        assert database_of(tmp_path)
        process.send_signal(stop_signal)
        output = process.finish()
        assert process.returncode == 0
        assert ingested in output
        assert f"http://127.0.0.1:{port}/docs" in output
        assert "Traceback" not in output
        assert not database_of(tmp_path)


def test_a_killed_server_leaves_a_database_that_the_next_one_takes_over(tmp_path: Path):
    port = free_port()
    variables = {"DATA_DIR": str(tmp_path), "PORT": str(port)}
    process = start("up", **variables)
    wait_until_up(port, process)
    process.kill()
    process.finish()
    assert database_of(tmp_path)
    process = start("serve", **variables)
    wait_until_up(port, process)
    assert httpx.get(f"http://127.0.0.1:{port}/statements").json()["data"]
    process.terminate()
    process.finish()
    assert not database_of(tmp_path)


def test_keys_are_made_listed_and_revoked(onrecord: Onrecord, db_url: str):
    made = onrecord("keys", "create", "--name", "desk", "--scope", "ingest", DATABASE_URL=db_url)
    assert made.returncode == 0, made.stderr
    token = made.stdout.strip()  # nothing but the key, so that a script can take it
    assert token.startswith("onrecord_")
    again = onrecord("keys", "create", "--name", "desk", DATABASE_URL=db_url)
    assert again.returncode == 1
    assert "there is a key called desk" in again.stderr
    listed = onrecord("keys", "list", DATABASE_URL=db_url).stdout
    assert "desk" in listed
    assert "ingest" in listed
    assert token not in listed
    assert onrecord("keys", "revoke", "desk", DATABASE_URL=db_url).returncode == 0
    gone = onrecord("keys", "revoke", "desk", DATABASE_URL=db_url)
    assert (gone.returncode, "no key called desk" in gone.stderr) == (1, True)
    wrong = onrecord("keys", "create", "--name", "a\nb", DATABASE_URL=db_url)
    assert "one line" in wrong.stderr


def test_decisions_about_speakers(onrecord: Onrecord, db_url: str, tmp_path: Path):
    for n, name in enumerate(("Ingrid Solberg", "Inga Solberg")):
        (tmp_path / f"{n}.txt").write_text(f"“The harbour will open in May,” said Mayor {name}.\n")
    onrecord("ingest", str(tmp_path), DATABASE_URL=db_url)

    def speakers(*arguments: str) -> Done:
        return onrecord("speakers", *arguments, DATABASE_URL=db_url)

    done = speakers("merge", "Inga Solberg", "ingrid-solberg")
    assert done.stdout == "decision 1: speaker 2 is 1 (1 occurrence, 1 statement)\n"
    assert speakers("rename", "1", "I. Solberg").stdout.startswith(
        "decision 2: speaker 1 is called"
    )
    assert speakers("split", "1", "--description", "Mayor", "--name", "B").returncode == 1
    assert speakers("split", "1", "--occurrence", "2").stdout.startswith("decision 3: speaker 3 is")
    assert speakers("undo", "1").stdout.startswith("decision 1: undone")
    lines = speakers("history", "1").stdout.splitlines()
    assert [line.split(" ")[3] for line in lines] == ["merge", "rename", "split"]
    assert ", undone " in lines[0]
    assert "no speaker nobody" in one_line_error(speakers("history", "nobody"))


def test_reextract(onrecord: Onrecord, db_url: str, tmp_path: Path):
    (tmp_path / "a.txt").write_text(ARTICLE)
    onrecord("ingest", str(tmp_path), DATABASE_URL=db_url)

    def reextract(*arguments: str) -> Done:
        return onrecord("reextract", "--processes", "1", *arguments, DATABASE_URL=db_url)

    assert reextract().stdout.startswith("0 articles read again")
    kept = "1 article {}read again: 1 occurrences kept, 0 changed, 0 new, 0 withdrawn\n"
    assert reextract("--all", "--dry-run").stdout == kept.format("would be ")
    assert reextract("--all", "--since", "2020-01-01", "--article", "1").stdout == kept.format("")
    assert "--since: soon is not a date" in one_line_error(reextract("--since", "soon"))
