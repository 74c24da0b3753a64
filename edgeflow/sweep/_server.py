"""The fork server: ``python -m edgeflow.sweep._server MODULE...`` imports once and forks a process for every trial.

It reads a task a line and answers ``{"started": number, "pid": pid}`` and ``{"ended": number, "status": status}``.
It has one thread, so forks are safe. When its master is gone, so are it and its trials.
"""

import ctypes
import gc
import json
import os
import select
import signal
import sys
from importlib import import_module

from edgeflow.errors import EdgeflowError
from edgeflow.sweep import _child
from edgeflow.sweep._task import Task
from edgeflow.sweep._tree import end_all

PR_SET_PDEATHSIG = 1


class Server:
    def __init__(self, tasks: int, answers: int):
        self.tasks, self.answers = tasks, answers
        self.running: dict[int, int] = {}  # pid -> number
        self.wake, waker = os.pipe()
        for end in (self.wake, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def serve(self) -> None:
        """Until the master closes its end."""
        rest = b""
        self.say(ready=True)
        while True:
            ready, _, _ = select.select([self.tasks, self.wake], [], [])
            if self.wake in ready:
                os.read(self.wake, 4096)
                self.reap()
            if self.tasks in ready:
                if not (more := os.read(self.tasks, 65536)):
                    return
                *lines, rest = (rest + more).split(b"\n")
                for line in lines:
                    self.start(Task.from_json(line.decode()))

    def start(self, task: Task) -> None:
        if pid := os.fork():
            self.running[pid] = task.number
            self.say(started=task.number, pid=pid)
            return
        code = 1
        try:
            self.be_a_trial(task)
            code = _child.attempt(task)
        finally:
            sys.stdout.flush()
            os._exit(code)

    def be_a_trial(self, task: Task) -> None:
        """A session of its own, which ends with the server; nothing of the server's is kept."""
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for fd in (self.tasks, self.answers, self.wake):
            os.close(fd)
        os.environ |= task.environment

    def reap(self) -> None:
        while self.running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if (number := self.running.pop(pid, None)) is not None:
                self.say(ended=number, status=status)

    def say(self, **answer: object) -> None:
        os.write(self.answers, json.dumps(answer).encode() + b"\n")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the master's business
    answers = os.dup(1)
    os.dup2(2, 1)  # what modules print at their import is no answer
    server = Server(0, answers)
    try:
        for name in sys.argv[1:]:
            import_module(name)
    except Exception as error:
        server.say(broken=str(error) if isinstance(error, EdgeflowError) else repr(error))
        return
    gc.collect()
    gc.freeze()  # so that a trial's collections do not copy the pages it shares with us
    try:
        server.serve()
    except BrokenPipeError:
        pass  # the master went between two answers
    finally:
        end_all(server.running)


if __name__ == "__main__":
    main()
