"""A trainer without PyTorch, for tests that move many runs: up in a moment, and its losses are a chain of hashes in which each
depends on all before, so a step that is lost, done twice or begun from the wrong state shows in every later loss. Manners by
flags. ~/crash on its box makes it fall over at its start: an exit code, "oom" or "cuda".
"""

import argparse
import hashlib
import json
import os
import random
import re
import signal
import sys
import time

from ledger import Ledger

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=1_000_000)
parser.add_argument("--every", type=int, default=0, help="steps between checkpoints; 0: only when asked")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--pace", type=float, default=0.02, help="seconds to rest after each step")
parser.add_argument("--checkpoints", default="checkpoints")
parser.add_argument("--keep", type=int, default=2)
parser.add_argument("--pad-kib", type=int, default=64, help="size of a checkpoint")
parser.add_argument("--ignore-term", action="store_true", help="TERM does nothing")
parser.add_argument("--no-handlers", action="store_true", help="USR1 and TERM kill it, as they kill any plain Python")
parser.add_argument("--save-seconds", type=float, default=0.0, help="how long a save takes")
parser.add_argument("--exit-on-request", action="store_true", help="asked to save it saves and ends")
args = parser.parse_args()

asked = {"save": False, "stop": False}
if not args.no_handlers:
    signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
    signal.signal(signal.SIGTERM, signal.SIG_IGN if args.ignore_term else lambda *_: asked.update(stop=True))

ledger = Ledger(int(os.environ["TRAINYARD_EPOCH"]))
crash = os.path.expanduser("~/crash")
if os.path.exists(crash):
    how = open(crash).read().strip()
    words = {"oom": "CUDA out of memory", "cuda": "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."}
    ledger.say(words.get(how, "no such module"))
    ledger.note("crash", how=how)
    if how == "oom":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(1 if how == "cuda" else int(how))


def saved():
    names = os.listdir(args.checkpoints) if os.path.isdir(args.checkpoints) else []
    return sorted(name for name in names if re.fullmatch(r"step-\d{8}\.bin", name))


def save(step, state):
    os.makedirs(args.checkpoints, exist_ok=True)
    name = f"step-{step:08d}.bin"
    path = os.path.join(args.checkpoints, name)
    head = json.dumps({"step": step, "state": state}).encode() + b"\n"
    content = head + random.Random(step).randbytes(args.pad_kib * 1024)
    with open(path + ".tmp", "wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        time.sleep(args.save_seconds)
        file.write(content[len(content) // 2 :])
        file.flush()
        os.fsync(file.fileno())
    ledger.note("saving", step=step, name=name, sha=hashlib.sha256(content).hexdigest())
    os.replace(path + ".tmp", path)
    ledger.note("saved", step=step, name=name)
    for old in saved()[: -args.keep]:
        os.remove(os.path.join(args.checkpoints, old))
    ledger.say(f"saved step {step}")


start, state, sha = 0, str(args.seed), None
told = os.environ.get("TRAINYARD_CHECKPOINT")
if saved():
    content = open(os.path.join(args.checkpoints, saved()[-1]), "rb").read()
    sha = hashlib.sha256(content).hexdigest()
    found = json.loads(content.split(b"\n", 1)[0])
    start, state = found["step"], found["state"]
ledger.note("start", step=start, sha=sha, told=told)
ledger.say(f"ready, from step {start}")

for step in range(start + 1, args.steps + 1):
    state = hashlib.sha256(f"{state} {args.seed} {step}".encode()).hexdigest()[:16]
    loss = int(state, 16) / 2**64
    ledger.note("step", step=step, loss=loss)
    ledger.say(f"step {step}/{args.steps} loss={loss:.6f}")
    wanted = asked["save"] or asked["stop"]
    if wanted or step == args.steps or (args.every and step % args.every == 0):
        leave = asked["stop"] or (asked["save"] and args.exit_on_request)
        asked["save"] = False
        save(step, state)
        if leave:
            ledger.note("end", step=step)
            sys.exit(143 if asked["stop"] else 0)
    time.sleep(args.pace)
ledger.note("end", step=args.steps)
ledger.say("finished")
