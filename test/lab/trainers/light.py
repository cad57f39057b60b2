"""train.py without PyTorch, for tests of what surrounds a training: the same words, the same history file, up in a moment. Each loss
is a hash of all before it, so one that went on from the wrong state shows.
"""

import argparse
import hashlib
import json
import os
import signal
import socket
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=200)
parser.add_argument("--every", type=int, default=20, help="steps between checkpoints; 0: only when asked")
parser.add_argument("--pace", type=float, default=0.0, help="seconds to rest after each step")
args = parser.parse_args()
epoch = int(os.environ.get("TRAINYARD_EPOCH", "1"))

asked = {"save": False, "stop": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
signal.signal(signal.SIGTERM, lambda *_: asked.update(stop=True))


def say(text):
    print(text, flush=True)


def saved():
    names = os.listdir("checkpoints") if os.path.isdir("checkpoints") else []
    return sorted(os.path.join("checkpoints", name) for name in names if name.endswith(".bin"))


def save(step, state):
    os.makedirs("checkpoints", exist_ok=True)
    path = os.path.join("checkpoints", f"step-{step:06d}.bin")
    with open(path + ".tmp", "w") as file:
        json.dump({"step": step, "state": state}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)
    for old in saved()[:-2]:
        os.remove(old)
    say(f"saved step {step}")


start, state = 0, ""
if saved():
    with open(saved()[-1]) as file:
        found = json.load(file)
    start, state = found["step"], found["state"]
    say(f"resumed from step {start}")

history = open("history.tsv", "a", buffering=1)
say("ready")
for step in range(start + 1, args.steps + 1):
    state = hashlib.sha256(f"{state} {step}".encode()).hexdigest()
    loss = int(state[:8], 16) / 2**32
    history.write(f"{epoch}\t{step}\t{socket.gethostname()}\t{loss:.9g}\n")
    say(f"step {step}/{args.steps} loss={loss:.6f}")
    if asked["save"] or asked["stop"] or step == args.steps or (args.every and step % args.every == 0):
        asked["save"] = False
        save(step, state)
    if asked["stop"]:
        sys.exit(143)
    time.sleep(args.pace)
say("finished")
