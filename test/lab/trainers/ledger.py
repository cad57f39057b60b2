"""What tests know of a training afterwards. Each trainer appends to a ledger of its box (LAB_LEDGER, outside of the run's
directory, so nothing that moves or is removed takes it along) one JSON line per event: start, step, saving, saved, end. Every
box of a lab runs on one computer, so the monotonic times of all ledgers can be compared.

LAB_GATE is a directory that all boxes share: a run's trainer locks a file there for its life. Who finds it locked says
"double", whichever box the other one is on, and even if the other one is stopped (SIGSTOP) just now.
"""

import fcntl
import json
import os
import socket
import sys
import time


class Ledger:
    def __init__(self, epoch):
        self.run = os.environ["TRAINYARD_RUN_ID"]
        self.epoch = epoch
        self.host = os.environ.get("LAB_HOST") or socket.gethostname()
        self.file = os.open(os.environ["LAB_LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.mirror = os.open(f"{os.environ['LAB_LEDGER']}.{self.run}.{epoch}.out", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        umask = os.umask(0)
        self.gate = os.open(os.path.join(os.environ["LAB_GATE"], self.run), os.O_RDWR | os.O_CREAT, 0o666)
        os.umask(umask)
        try:
            fcntl.flock(self.gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.note("double")

    def note(self, event, **more):
        line = {"run": self.run, "epoch": self.epoch, "host": self.host, "pid": os.getpid(), "at": time.monotonic_ns() // 1000}
        os.write(self.file, (json.dumps({**line, "event": event, **more}) + "\n").encode())
        if event != "step":
            os.fsync(self.file)

    def say(self, text):
        """One line to the log, and to a copy of it that is compared later. Killed in between, the copy lacks the last line."""
        line = (text + "\n").encode()
        sys.stdout.flush()
        os.write(1, line)
        os.write(self.mirror, line)
