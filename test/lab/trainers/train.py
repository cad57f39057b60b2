"""The trainer that tests move, stop and recover. Real PyTorch, the same losses for the same seed however often it is
stopped and resumed. Appends one line "epoch step host loss" per step to a history file, from which tests read what ran
where, twice or not at all.
"""

import argparse
import os
import signal
import socket
import sys
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=200)
parser.add_argument("--every", type=int, default=20, help="steps between checkpoints; 0: only when asked")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--pace", type=float, default=0.0, help="seconds to rest after each step")
parser.add_argument("--checkpoints", default="checkpoints")
parser.add_argument("--history", default="history.tsv")
parser.add_argument("--epoch", type=int, default=int(os.environ.get("TRAINYARD_EPOCH", "1")))
parser.add_argument("--width", type=int, default=32, help="size of the hidden layer: how large a checkpoint is")
args = parser.parse_args()

asked = {"save": False, "stop": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
signal.signal(signal.SIGTERM, lambda *_: asked.update(stop=True))

torch.set_num_threads(1)
torch.manual_seed(args.seed)
model = torch.nn.Sequential(torch.nn.Linear(8, args.width), torch.nn.Tanh(), torch.nn.Linear(args.width, 1))
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)


def steps_saved():
    names = os.listdir(args.checkpoints) if os.path.isdir(args.checkpoints) else []
    return sorted(int(name[5:-3]) for name in names if name.startswith("step-") and name.endswith(".pt"))


def path_of(step):
    return os.path.join(args.checkpoints, f"step-{step:06d}.pt")


def save(step):
    os.makedirs(args.checkpoints, exist_ok=True)
    with open(path_of(step) + ".tmp", "wb") as file:
        torch.save({"step": step, "model": model.state_dict(), "optimiser": optimiser.state_dict()}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path_of(step) + ".tmp", path_of(step))
    for old in steps_saved()[:-2]:
        os.remove(path_of(old))
    print(f"saved step {step}", flush=True)


start = 0
if steps_saved():
    state = torch.load(path_of(steps_saved()[-1]))
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    start = state["step"]
    print(f"resumed from step {start}", flush=True)

history = open(args.history, "a", buffering=1)
print("ready", flush=True)
for step in range(start + 1, args.steps + 1):
    chance = torch.Generator().manual_seed(args.seed * 1_000_003 + step)
    inputs = torch.randn(32, 8, generator=chance)
    loss = torch.nn.functional.mse_loss(model(inputs), inputs.sum(1, keepdim=True).sin())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    history.write(f"{args.epoch}\t{step}\t{socket.gethostname()}\t{loss.item():.9g}\n")
    print(f"step {step}/{args.steps} loss={loss.item():.6f}", flush=True)
    if asked["save"] or asked["stop"] or step == args.steps or (args.every and step % args.every == 0):
        asked["save"] = False
        save(step)
    if asked["stop"]:
        sys.exit(143)
    time.sleep(args.pace)
print("finished", flush=True)
