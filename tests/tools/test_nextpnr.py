"""nextpnr's wheels: what they need before several of them run at once."""

import os
import subprocess
import sys
import textwrap

PROGRAM = """
    # Like YoWASP's runtime: who finds no cache compiles, and writes one.
    import os, sys, time
    cache = os.path.join(os.environ["YOWASP_CACHE_DIR"], "module")
    if not os.path.exists(cache):
        time.sleep(1)
        open(cache, "w").close()
        with open(cache + ".compiled", "a") as log:
            log.write("once more ")
    if "--report" in sys.argv:
        with open(sys.argv[sys.argv.index("--report") + 1], "w") as report:
            report.write('{"utilization": {}, "fmax": {"clk": {"achieved": 1}}}')
"""
ROUTING = """
    import sys
    from pathlib import Path
    from edgeflow.tools import _nextpnr
    argv = (sys.executable, sys.argv[1])
    program = _nextpnr.Program("nextpnr", "1", "", argv)
    folder = Path(sys.argv[2])
    folder.mkdir()
    commands = [[*argv, "--report", f"top.seed{seed}.report.json"] for seed in (1, 2)]
    print([routed.seed for routed in _nextpnr.route(program, folder, "top", (1, 2), commands, None, "part", 2)])
"""


def test_the_first_call_compiles_alone(tmp_path):
    """Seeds and processes that compile at once overwrite what others have mapped: SIGBUS."""
    program, routing = tmp_path / "program.py", tmp_path / "routing.py"
    program.write_text(textwrap.dedent(PROGRAM))
    routing.write_text(textwrap.dedent(ROUTING))
    env = os.environ | {"YOWASP_CACHE_DIR": str(tmp_path)}
    runs = [
        subprocess.Popen([sys.executable, routing, program, tmp_path / name], env=env, stdout=subprocess.PIPE)
        for name in ("a", "b")
    ]
    assert [run.communicate(timeout=60)[0] for run in runs] == [b"[1, 2]\n"] * 2
    assert (tmp_path / "module.compiled").read_text() == "once more "
