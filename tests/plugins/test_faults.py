"""Plugins that break: what is said, and that nothing else is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import Project

from ingest.cli import run_command
from ingest.errors import ConfigError, PluginError
from ingest.plugins import Plugins

HEAD = "from ingest import *\n"
CONFIG = """\
[read]
paths = ["in"]

[plugins]
files = ["bad.py"]
import_timeout = 0.5

[[steps]]
use = "decode"

[[steps]]
use = "bad"

[write]
path = "out"

[run]
executor = "{executor}"
"""
STEP = """\
from ingest import Document, Dropped, Edit, Reason, Step, hookimpl

class Bad(Step):
    name = "bad"
    def process(self, docs):
        return [self.one(doc) for doc in docs] if self.batched() else self.odd(docs)
    def batched(self):
        return True
    {body}

@hookimpl
def register_components():
    return [Bad]
"""


def offering(code: str, offer: str = "[Bad]") -> str:
    return f"{HEAD}{code}\n@hookimpl\ndef register_components():\n    return {offer}\n"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise ValueError('no luck')", "plugin 'bad': its import failed: ValueError: no luck"),
        ("import time; time.sleep(30)", "plugin 'bad': its import did not finish in 0.5 seconds"),
        ("import sys; sys.exit(3)", "plugin 'bad': its import failed: SystemExit: 3"),
        ("def broken(:", "plugin 'bad': its import failed: SyntaxError"),
        (f"{HEAD}@hookimpl\ndef register_component():\n    return []\n", "the hooks are: register_components"),
        (f"{HEAD}@hookimpl\ndef run_started(plane):\n    pass\n", "plugin 'bad'"),
        (offering("", "[3]"), "register_components gave 3, not a subclass of Reader, Step, Writer or Executor"),
        (offering("", "1 / 0"), "register_components failed: ZeroDivisionError"),
        (offering("class Bad(Filter):\n    pass"), "Bad needs a name of lower-case letters, digits and _, not ''"),
        (
            offering("class Bad(Filter):\n    name = 'length'"),
            "plugin 'bad': offers the step 'length', a name that 'ingest.builtin' has already",
        ),
    ],
)
def test_a_plugin_that_cant_be_loaded_is_named(
    project: Project, capsys: pytest.CaptureFixture[str], code: str, message: str
) -> None:
    project.write("bad.py", code)
    project.write("in/a.txt", "text")
    config = project.write("config.toml", CONFIG.format(executor="serial"))
    assert run_command(["run", str(config)]) == 2
    assert message in capsys.readouterr().err
    assert not project.output.exists()


@pytest.mark.parametrize(
    ("plugins", "message"),
    [
        ('files = ["none.py"]', "plugin 'none': there is no file "),
        ('files = ["one.py", "two.py"]', "plugin 'two': offers the step 'same_name', a name that 'one' has already ("),
        ('files = ["one.py", "sub/one.py"]', "plugin 'one': comes twice, from "),
        ('files = ["one.py"]\ndisable = ["two"]', "plugin 'two': can't be disabled, no plugin has that name"),
    ],
)
def test_a_list_of_plugins_that_cant_be_is_an_error_of_the_config(
    project: Project, capsys: pytest.CaptureFixture[str], plugins: str, message: str
) -> None:
    for name in ("one", "two", "sub/one"):
        project.write(f"{name}.py", offering("class Bad(Filter):\n    name = 'same_name'"))
    project.write("in/a.txt", "text")
    text = f'[read]\npaths = ["in"]\n[write]\npath = "out"\n[plugins]\n{plugins}\n'
    config = project.write("config.toml", text)
    for command in ("run", "check"):
        assert run_command([command, str(config)]) == 2
        out, err = capsys.readouterr()
        assert (out, message in err) == ("", True), err
    assert not project.output.exists()


def test_a_missing_file_a_name_taken_twice_and_a_name_nobody_has_are_told(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="there is no file"):
        Plugins([tmp_path / "none.py"])
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.py").write_text("")
    with pytest.raises(PluginError, match="comes twice"):
        Plugins([tmp_path / "one/same.py", tmp_path / "two/same.py"])
    with pytest.raises(PluginError, match="did you mean 'same'"):
        Plugins([tmp_path / "one/same.py"], disable=["sane"])
    assert "same" not in Plugins([tmp_path / "one/same.py"], disable=["same"]).origins


def test_two_plugins_that_offer_one_name_are_both_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(offering("class Bad(Filter):\n    name = 'same_name'"))
    with pytest.raises(PluginError, match=r"plugin 'two'.*'same_name'.*'one'"):
        Plugins([tmp_path / "one.py", tmp_path / "two.py"])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else 1 / 0", "ZeroDivisionError"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else exit(3)", "SystemExit"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else self.one(doc)", "RecursionError"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else doc.replace(title=1)", "nonsense"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else doc.replace(metadata=None)", "nonsense"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else None", "nonsense"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else 'text'", "nonsense"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else doc.replace(id='x')", "nonsense"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else doc.replace(text=b'x')", "nonsense"),
        ("def one(self, doc):\n        return doc if 'b' not in doc.text else Dropped(doc, 'why')", "nonsense"),
        (
            "def batched(self):\n        return False\n"
            "    def odd(self, docs):\n        return docs if not any('b' in d.text for d in docs) else docs[1:]",
            "nonsense",
        ),
        (
            "def batched(self):\n        return False\n"
            "    def odd(self, docs):\n        return docs if not any('b' in d.text for d in docs) else None",
            "nonsense",
        ),
    ],
)
def test_a_step_that_fails_on_one_document_costs_that_document(
    project: Project, capsys: pytest.CaptureFixture[str], body: str, error: str
) -> None:
    project.write("bad.py", STEP.format(body=body))
    for name in "abc":
        project.write(f"in/{name}.txt", f"text {name}")
    config = project.write("config.toml", CONFIG.format(executor="serial"))
    assert run_command(["run", str(config)]) == 1
    (failed,) = project.rows("quarantine")
    assert (failed["file_path"], failed["step"], failed["error"]) == ("in/b.txt", "bad", error)
    assert failed["content"] == b"text b"
    assert [row["text"] for row in project.rows()] == ["text a", "text c"]
    shown = " ".join(capsys.readouterr().err.split())
    assert f"{error} in step 'bad' of plugin 'bad'" in shown
    assert "'in/b.txt'" in shown
    told = json.loads((project.output / "report.json").read_text())["failures"][f"bad/{error}"]
    assert (told["step"], told["plugin"], told["document"]) == ("bad", "bad", "in/b.txt")


def test_text_that_no_file_can_hold_is_quarantined(project: Project) -> None:
    project.write("bad.py", STEP.format(body="def one(self, doc):\n        return doc.replace(text='\\ud800')"))
    project.write("in/a.txt", "text")
    report = project.run(CONFIG.format(executor="serial"))
    assert dict(report.counts.quarantined) == {"bad/UnicodeEncodeError": 1}


@pytest.mark.parametrize("audit", ["full", "counts", "off"])
@pytest.mark.parametrize(
    "edits",
    [
        "[Edit(0, 2, Reason('lie'))]",
        "[Edit(0, 99, Reason('lie'), 'new')]",
        "[Edit(2, 4, Reason('lie')), Edit(0, 2, Reason('lie'), 'new')]",
        "[3]",
        "[Edit(0, 4, None, 'new')]",
    ],
)
def test_edits_that_dont_replay_are_worked_out_anew(project: Project, audit: str, edits: str) -> None:
    body = f"def one(self, doc):\n        return doc.replace(text='new', edits={edits})"
    project.write("bad.py", STEP.format(body=body))
    project.write("in/a.txt", "text")
    report = project.run(CONFIG.format(executor="serial") + f'audit = "{audit}"\n')
    assert [row["text"] for row in project.rows()] == ["new"]
    assert report.clean
    wanted = {"bad"} if audit == "full" else set()
    assert {row["code"] for row in project.rows("removed") if row["step"] == "bad"} == wanted


def test_plugin_files_work_in_worker_processes(project: Project) -> None:
    project.write("bad.py", STEP.format(body="def one(self, doc):\n        return doc.replace(text=doc.text.upper())"))
    for name in "abcd":
        project.write(f"in/{name}.txt", f"text {name}")
    report = project.run(CONFIG.format(executor="processes") + "shard_files = 1\n")
    assert report.clean
    assert [row["text"] for row in project.rows()] == ["TEXT A", "TEXT B", "TEXT C", "TEXT D"]


def test_a_step_that_fails_in_a_worker_process_costs_the_same_document(project: Project) -> None:
    project.write(
        "bad.py", STEP.format(body="def one(self, doc):\n        return doc if 'b' not in doc.text else 1 / 0")
    )
    for name in "abc":
        project.write(f"in/{name}.txt", f"text {name}")
    report = project.run(CONFIG.format(executor="processes") + "shard_files = 1\n")
    assert [row["text"] for row in project.rows()] == ["text a", "text c"]
    failure = report.failures["bad/ZeroDivisionError"]
    assert (failure.step, failure.plugin, failure.document) == ("bad", "bad", "in/b.txt")
    assert failure.place.startswith("bad.py:")


def test_hooks_run_around_shards_and_their_failure_names_the_plugin(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (
        STEP.format(body="def one(self, doc):\n        return doc")
        + """
@hookimpl
def run_started(plan):
    print("started", len(plan.shards))

@hookimpl
def shard_finished(plan, report):
    print("shard", report.shard, report.written)

@hookimpl
def run_finished(report):
    print("finished", report.counts.written)
    raise RuntimeError("oops")
"""
    )
    project.write("bad.py", code)
    project.write("in/a.txt", "text")
    config = project.write("config.toml", CONFIG.format(executor="serial"))
    assert run_command(["run", str(config)]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines() == ["started 1", "shard 0 1", "finished 1"]
    assert "plugin 'bad': its hook run_finished failed: RuntimeError: oops" in err


def test_a_component_that_needs_a_missing_module_says_what_to_install(project: Project) -> None:
    project.write("bad.py", offering("class Bad(Filter):\n    name = 'bad'\n    requires = ('no_such_module',)"))
    with pytest.raises(ConfigError, match="pip install no_such_module"):
        project.load(CONFIG.format(executor="serial"))


@pytest.mark.parametrize("columns", ["{'quality': 'high'}", "{'unknown': 1.0}"])
def test_a_typed_column_that_holds_something_else_costs_the_document(project: Project, columns: str) -> None:
    body = f"columns = {{'quality': 'float64'}}\n    def one(self, doc):\n        return doc.replace(columns={columns})"
    project.write("bad.py", STEP.format(body=body))
    project.write("in/a.txt", "text")
    report = project.run(CONFIG.format(executor="serial"))
    assert report.counts.n_quarantined == 1
    assert report.counts.balanced()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("{'quality': 'float65'}", "the column 'quality' of 'bad' has no Arrow type 'float65'"),
        ("{'text': 'string'}", "the column 'text' of 'bad' is one of the corpus already"),
    ],
)
def test_a_column_that_cant_be_is_told_before_the_run(project: Project, columns: str, message: str) -> None:
    project.write("bad.py", STEP.format(body=f"columns = {columns}\n    def one(self, doc):\n        return doc"))
    with pytest.raises(ConfigError, match=message):
        project.load(CONFIG.format(executor="serial"))


@pytest.mark.parametrize("verdict", ["'hello'", "True", "Reason"])
def test_a_verdict_that_is_no_reason_removes_nothing_unseen(project: Project, verdict: str) -> None:
    code = f"class Bad(LineFilter):\n    name = 'bad'\n    def reject_line(self, line):\n        return {verdict}"
    project.write("bad.py", offering(code))
    project.write("in/a.txt", "one line\nanother line")
    report = project.run(CONFIG.format(executor="serial"))
    assert dict(report.counts.quarantined) == {"bad/TypeError": 1}
    assert project.rows("quarantine")[0]["message"].startswith("the verdict on a line is ")
