"""What a shell shows when the tab key is pressed, and that other runs do not pay for it."""

import os
import subprocess
import sys

import pytest

from skmnist.cli._parser import COMMANDS, LOSSES

RUN = "import sys; from skmnist.cli import main; sys.exit(main())"


def completions(line, folder):
    """Return what argcomplete offers at the end of a line, as its shell function asks for it."""
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(folder / "offered"),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(
        command, env={**os.environ, **asked}, cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == ""
    return {word.strip() for word in (folder / "offered").read_text("utf-8").splitlines()}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("skmnist e", {"evaluate"}),
        ("skmnist train --loss ", set(LOSSES)),
        ("skmnist train --dis", {"--distort"}),
        ("skmnist evaluate mod", {"model.joblib"}),
    ],
)
def test_shell_completes_commands_options_choices_and_files(line, offered, tmp_path):
    (tmp_path / "model.joblib").touch()
    assert completions(line, tmp_path) == offered


def test_shell_is_offered_every_command(tmp_path):
    assert set(COMMANDS) <= completions("skmnist ", tmp_path)


def test_nothing_runs_if_the_shell_asks_and_argcomplete_is_missing(tmp_path):
    command = (
        f"import sys; sys.modules['argcomplete'] = None; sys.argv[1:] = ['evaluate', 'x']; {RUN}"
    )
    done = subprocess.run(
        [sys.executable, "-c", command],
        env={**os.environ, "_ARGCOMPLETE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "Completion in the shell requires argcomplete" in done.stderr


def test_commands_do_not_import_argcomplete():
    code = "import sys; sys.argv = ['skmnist', '--version']; from skmnist.cli import main\n"
    code += "try: main()\nfinally: print('argcomplete' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False"
