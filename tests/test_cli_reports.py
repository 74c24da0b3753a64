"""report, compare, history and init as their users and their CI see them."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

sys.path.insert(0, str(Path(__file__).parent / "report"))

import report_values as values

from edgeflow import cli, workflow
from edgeflow.errors import InputError
from edgeflow.report import files
from edgeflow.report.report import compile_report

DIGITS = Path(__file__).parents[1] / "models" / "digits" / "recipe.yaml"
GIT_USER = {f"GIT_{who}_{what}": "test@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


COMMAND = [sys.executable, "-m", "edgeflow.cli"]


@pytest.fixture
def edgeflow(monkeypatch, capsys):
    """The command line inside this process, which starts in no time: the code it ends with and what it said."""
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)  # pytest keeps its own handlers

    def run(*arguments, folder=None, **environment):
        with monkeypatch.context() as here:
            here.setattr(sys, "argv", ["edgeflow", *map(str, arguments)])
            here.chdir(folder or Path.cwd())
            for name, value in environment.items():
                here.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, ended.value.code, said.out, said.err)

    return run


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, check=True, env=os.environ | GIT_USER, capture_output=True)


def made(folder, name="tiny", luts=1000, core=True):
    found = values.evidence(name=name)
    found = replace(found, core=replace(found.core, luts=luts)) if core else values.simulated_only()
    files.write(compile_report(found, values.comparison()), folder)
    return folder


@pytest.fixture
def model(tmp_path):
    """A repository with a recipe in it, at its first commit."""
    folder = tmp_path / "a model"
    folder.mkdir()
    (folder / "recipe.yaml").write_text(DIGITS.read_text())
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder / "recipe.yaml"


def commit(recipe, message="next"):
    git(recipe.parent, "commit", "-q", "--allow-empty", "-m", message)


@pytest.mark.parametrize("form", files.FORMATS)
def test_a_finished_run_is_printed_in_each_format_and_nothing_is_written(edgeflow, tmp_path, form):
    run = made(tmp_path / "run")
    (run / "report.html").unlink()
    shown = edgeflow("report", run, "--format", form)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == files.as_text(files.read(run), form) and not (run / "report.html").exists()


def test_open_shows_the_page_in_the_browser(tmp_path):
    run = made(tmp_path / "run")
    (run / "report.html").unlink()
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    env = os.environ | {"BROWSER": f"{browser} %s"}  # Python looks for browsers once a process
    shown = subprocess.run([*COMMAND, "report", run, "--open"], capture_output=True, text=True, env=env)
    assert shown.returncode == 0 and "Mismatches" in shown.stdout
    assert (tmp_path / "opened").read_text().strip() == (run / "report.html").resolve().as_uri()


@pytest.mark.parametrize("arguments", [("report", "{}"), ("compare", "{}"), ("report", "{}/none.json")])
def test_a_folder_without_a_report_is_named(edgeflow, tmp_path, arguments):
    shown = edgeflow(*(part.format(tmp_path) for part in arguments))
    assert shown.returncode == 2 and str(tmp_path) in shown.stderr and "Traceback" not in shown.stderr


def test_runs_stand_side_by_side(edgeflow, tmp_path):
    runs = [made(tmp_path / "small"), made(tmp_path / "large", luts=1200), made(tmp_path / "simulated", core=False)]
    shown = edgeflow("compare", *runs, "--format", "md", "--out", tmp_path / "compared.html")
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert "| Figure | Kind | small | large | simulated |" in lines
    assert r"| Core LUTs (worse) | packed | 1,000 | 1,200 (+20.0 %) | - |" in lines
    assert "| Core LUTs | estimated | 800 | 800 | 800 |" in lines
    assert "Core LUTs" in (tmp_path / "compared.html").read_text()
    on_terminal = edgeflow("compare", *runs)
    assert "1,200 (+20.0 %)" in on_terminal.stdout and "Core LUTs (worse)" in on_terminal.stdout


def test_folders_of_one_name_are_told_apart(edgeflow, tmp_path):
    shown = edgeflow("compare", made(tmp_path / "a" / "run"), made(tmp_path / "b" / "run"), "--format", "md")
    assert "a/run |" in shown.stdout and "b/run |" in shown.stdout


@pytest.mark.parametrize("arguments", [("--format", "pdf"), ("--out", "x.pdf")])
def test_an_unknown_form_is_refused(edgeflow, tmp_path, arguments):
    shown = edgeflow("compare", made(tmp_path / "run"), *arguments, folder=tmp_path)
    assert shown.returncode == 2 and 'no "pdf"' in shown.stderr and not (tmp_path / "x.pdf").exists()


def test_history_marks_what_got_worse_and_ends_with_7(edgeflow, model, tmp_path):
    first = edgeflow("history", model, "--add", made(tmp_path / "first"))
    assert first.returncode == 0, first.stderr
    commit(model)
    second = edgeflow("history", model, "--add", made(tmp_path / "second", luts=1010), "--format", "md")
    assert second.returncode == 7
    assert "| Core LUTs (worse) | packed | 1,000 | 1,010 (+1.0 %) |" in second.stdout
    assert "Core LUTs: 1,000 to 1,010" in second.stderr and "Traceback" not in second.stderr
    assert edgeflow("history", model).returncode == 7
    assert edgeflow("history", model, "--tolerance", 2).returncode == 0
    commit(model)
    assert edgeflow("history", model, "--add", made(tmp_path / "third", luts=900)).returncode == 0


def test_a_commit_has_one_entry_which_says_if_files_differed(edgeflow, model, tmp_path):
    run, path = made(tmp_path / "run"), model.with_suffix(".history.jsonl")
    for _ in range(2):
        assert edgeflow("history", model, "--add", run).returncode == 0
    (entry,) = map(json.loads, path.read_text().splitlines())
    assert entry["changed"] is False and re.fullmatch("[0-9a-f]{40}", entry["commit"])
    assert entry["figures"]["core.luts"] == 1000 and entry["tools"]["yosys"] == "0.70"
    model.write_text(model.read_text() + "# changed\n")
    assert "+" in edgeflow("history", model, "--add", run, "--format", "md").stdout.splitlines()[6]
    assert [json.loads(line)["changed"] for line in path.read_text().splitlines()] == [True]
    assert [p.name for p in model.parent.iterdir() if "history" in p.name] == [path.name]


def test_a_run_that_only_simulated_is_not_worse_than_one_that_was_routed(edgeflow, model, tmp_path):
    edgeflow("history", model, "--add", made(tmp_path / "routed"))
    commit(model)
    assert edgeflow("history", model, "--add", made(tmp_path / "ci", core=False)).returncode == 0


def test_another_device_is_no_regression(edgeflow, model, tmp_path):
    edgeflow("history", model, "--add", made(tmp_path / "large"))
    small = files.read(made(tmp_path / "small", luts=4000))
    small.content["budget"]["luts"] = 5280
    files.write(small, tmp_path / "small")
    shown = edgeflow("history", model, "--add", tmp_path / "small", "--format", "md")
    assert shown.returncode == 0 and "| 4,000 |" in shown.stdout and "1,000" not in shown.stdout.split("Core LUTs")[2]
    assert len(model.with_suffix(".history.jsonl").read_text().splitlines()) == 2, "both of one commit"
    commit(model)
    worse = edgeflow("history", model, "--add", made(tmp_path / "again", luts=1010))
    assert worse.returncode == 7 and "Core LUTs: 1,000 to 1,010" in worse.stderr


def test_histories_that_cannot_be(edgeflow, model, tmp_path):
    assert edgeflow("history", tmp_path / "none.yaml").returncode == 2
    assert "Nothing is recorded" in edgeflow("history", model).stdout
    outside = tmp_path / "recipe.yaml"
    outside.write_text("")
    shown = edgeflow("history", outside, "--add", made(tmp_path / "run"), GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert shown.returncode == 2 and "git" in shown.stderr
    for line in ("{", "[1]", '{"commit": "x", "changed": false, "figures": {"a": "b"}, "tools": {}}'):
        model.with_suffix(".history.jsonl").write_text(f"{line}\n")
        shown = edgeflow("history", model)
        assert shown.returncode == 2 and "jsonl:1: no entry" in shown.stderr and "Traceback" not in shown.stderr


@pytest.fixture
def steps(edgeflow, model):
    """The workflow's, by name."""
    shown = edgeflow("init", model, "--ci", "--package", "edgeflow[qkeras]")
    assert shown.returncode == 0, shown.stderr
    made = YAML(typ="safe").load((model.parent / workflow.FILE).read_text())
    assert set(made["on"]) == {"push", "pull_request"} and made["permissions"] == {"contents": "read"}
    (job,) = made["jobs"].values()
    assert job["env"]["RECIPE"] == "recipe.yaml" and job["env"]["PACKAGE"] == "edgeflow[qkeras]"
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def test_the_workflows_commands_work(steps, model, tmp_path):
    """The cheap ones run as a shell runs them; the simulation has a run in its place, and its words are parsed."""
    made(model.parent / "runs" / "ci", core=False)
    program = tmp_path / "bin" / "edgeflow"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    summary = tmp_path / "summary.md"
    env = os.environ | {"RECIPE": "recipe.yaml", "GITHUB_STEP_SUMMARY": str(summary)}
    env["PATH"] = f"{program.parent}:{env['PATH']}"
    for name in ("Post the report", "Compare with the last recorded commit"):
        subprocess.run(["bash", "-e", "-c", steps[name]], check=True, env=env, cwd=model.parent)
    posted = summary.read_text()
    assert "| Mismatches | 0 | simulated |" in posted and "# History of a model" in posted
    for name in ("Check every layer", "Simulate and estimate"):
        words = steps[name].replace('"$RECIPE"', "none.yaml").split()
        shown = subprocess.run(words, env=env, cwd=model.parent, capture_output=True, text=True)
        assert shown.returncode == 2 and "none.yaml" in shown.stderr, "all of the command is understood, up to the file"


def test_init_keeps_another_workflow_and_repeats_its_own(edgeflow, model):
    path = model.parent / workflow.FILE
    assert edgeflow("init", model, "--ci").returncode == edgeflow("init", model, "--ci").returncode == 0
    path.write_text("name: mine\n")
    shown = edgeflow("init", model, "--ci")
    assert shown.returncode == 2 and "another workflow" in shown.stderr and path.read_text() == "name: mine\n"
    assert edgeflow("init", model).returncode == 2


@pytest.mark.parametrize("name", ['a "b" $(touch x).yaml', "a: b # c.yaml", "- {a}.yaml"])
def test_a_strange_path_is_only_data_in_the_workflow(name):
    loaded = YAML(typ="safe").load(workflow.text(Path(name), "edgeflow"))
    assert loaded["jobs"]["model"]["env"]["RECIPE"] == name
    assert all(name not in step.get("run", "") for step in loaded["jobs"]["model"]["steps"])


@pytest.mark.parametrize("name", ["${{ secrets.TOKEN }}.yaml", "a\nb.yaml"])
def test_a_path_that_the_runner_would_evaluate_is_refused(name):
    with pytest.raises(InputError, match="rename it"):
        workflow.text(Path(name), "edgeflow")
