"""The trainer that tests move, stop and recover. Real PyTorch, the same losses for the same seed however often it is
stopped and resumed. Appends one line "epoch step host loss" per step to a history file, from which tests read what ran
where, twice or not at all. Under torchrun each process trains its part of the batch (gloo); the first one saves.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import socket
import sys
import time

import torch
import torch.distributed as dist

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=200)
parser.add_argument("--every", type=int, default=20, help="steps between checkpoints; 0: only when asked")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--pace", type=float, default=0.0, help="seconds to rest after each step")
parser.add_argument("--checkpoints", default="checkpoints")
parser.add_argument("--history", default="history.tsv")
parser.add_argument("--epoch", type=int, default=int(os.environ.get("TRAINYARD_EPOCH", "1")))
parser.add_argument("--width", type=int, default=32, help="size of the hidden layer: how large a checkpoint is")
parser.add_argument("--shards", type=int, default=0, help="checkpoints as Transformers writes them, the model in so many files")
parser.add_argument("--pad-mib", type=int, default=0, help="how much larger the shards are together")
parser.add_argument("--tokens", type=int, default=0, help="of a step, to print how many a second it does")
parser.add_argument("--quit-on-term", action="store_true", help="TERM ends it at once, without a save")
args = parser.parse_args()

asked = {"save": False, "stop": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
signal.signal(signal.SIGTERM, signal.SIG_DFL if args.quit_on_term else lambda *_: asked.update(stop=True))

torch.set_num_threads(1)
torch.manual_seed(args.seed)
world = int(os.environ.get("WORLD_SIZE", "1"))
rank = int(os.environ.get("RANK", "0"))
if world > 1:
    dist.init_process_group("gloo")
# Only tests that ask for a ledger have the module beside this file.
ledger = None
if rank == 0 and os.environ.get("LAB_LEDGER"):
    from ledger import Ledger

    ledger = Ledger(args.epoch)
model = torch.nn.Sequential(torch.nn.Linear(8, args.width), torch.nn.Tanh(), torch.nn.Linear(args.width, 1))
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
padding = [torch.randint(0, 255, (args.pad_mib * 2**20 // max(args.shards, 1),), dtype=torch.uint8) for _ in range(args.shards)]
prefix, suffix = ("checkpoint-", "") if args.shards else ("step-", ".pt")


def say(text):
    if rank == 0:
        (ledger.say if ledger else lambda line: print(line, flush=True))(text)


def steps_saved():
    names = os.listdir(args.checkpoints) if os.path.isdir(args.checkpoints) else []
    steps = [name[len(prefix) : len(name) - len(suffix)] for name in names if name.startswith(prefix) and name.endswith(suffix)]
    whole = [step for step in steps if not args.shards or os.path.exists(os.path.join(path_of(step), "trainer_state.json"))]
    return sorted(int(step) for step in whole)


def path_of(step):
    return os.path.join(args.checkpoints, prefix + (str(step) if args.shards else f"{int(step):06d}") + suffix)


def put(path, write):
    """Whole and synced, or not there."""
    with open(path + ".tmp", "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)


def save(step):
    """One file; or a directory of shards, with the state last."""
    state = {"step": step, "model": model.state_dict(), "optimiser": optimiser.state_dict()}
    os.makedirs(args.checkpoints, exist_ok=True)
    if ledger:
        ledger.note("saving", step=step, name=os.path.basename(path_of(step)), sha=fingerprint(state))
    if not args.shards:
        put(path_of(step), lambda file: torch.save(state, file))
    else:
        save_shards(path_of(step), state)
    if ledger:
        ledger.note("saved", step=step, name=os.path.basename(path_of(step)))
    for old in steps_saved()[:-2]:
        (shutil.rmtree if args.shards else os.remove)(path_of(old))
    say(f"saved step {step}")


def save_shards(directory, state):
    os.makedirs(directory, exist_ok=True)
    put(os.path.join(directory, "training_args.bin"), lambda file: torch.save(vars(args), file))
    names = [f"pytorch_model-{number + 1:05d}-of-{args.shards:05d}.bin" for number in range(args.shards)]
    for name, part in zip(names, padding):
        put(os.path.join(directory, name), lambda file: torch.save({name: part}, file))
    index = {"metadata": {"total_size": args.pad_mib * 2**20}, "weight_map": {name: name for name in names}}
    put(os.path.join(directory, "pytorch_model.bin.index.json"), lambda file: file.write(json.dumps(index).encode()))
    put(os.path.join(directory, "optimizer.pt"), lambda file: torch.save(state, file))
    put(os.path.join(directory, "scheduler.pt"), lambda file: torch.save({}, file))
    put(os.path.join(directory, "rng_state.pth"), lambda file: torch.save({}, file))
    told = {"global_step": state["step"]}
    put(os.path.join(directory, "trainer_state.json"), lambda file: file.write(json.dumps(told).encode()))


def fingerprint(state):
    """The same for the same state, in whatever file it lies."""
    digest = hashlib.sha256(str(state["step"]).encode())
    for name, tensor in sorted(state["model"].items()):
        digest.update(name.encode() + tensor.numpy().tobytes())
    return digest.hexdigest()


def all_agree():
    """What one process was asked, all do at the same step."""
    if world == 1:
        return
    words = torch.tensor([float(asked["save"]), float(asked["stop"])])
    dist.all_reduce(words, op=dist.ReduceOp.MAX)
    asked.update(save=words[0].item() > 0, stop=words[1].item() > 0)


start, sha = 0, None
if steps_saved():
    newest = path_of(steps_saved()[-1])
    state = torch.load(os.path.join(newest, "optimizer.pt") if args.shards else newest)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    start, sha = state["step"], fingerprint(state)
    for number in range(args.shards):
        name = f"pytorch_model-{number + 1:05d}-of-{args.shards:05d}.bin"
        padding[number] = torch.load(os.path.join(newest, name))[name]
    say(f"resumed from step {start}")

history = open(args.history, "a", buffering=1)
if ledger:
    ledger.note("start", step=start, sha=sha, told=os.environ.get("TRAINYARD_CHECKPOINT"))
say("ready")
for step in range(start + 1, args.steps + 1):
    began = time.monotonic()
    chance = torch.Generator().manual_seed(args.seed * 1_000_003 + step)
    inputs = torch.randn(32, 8, generator=chance)[rank::world]
    loss = torch.nn.functional.mse_loss(model(inputs), inputs.sum(1, keepdim=True).sin())
    optimiser.zero_grad()
    loss.backward()
    if world > 1:
        for weight in model.parameters():
            dist.all_reduce(weight.grad)
            weight.grad /= world
        loss = loss.detach()
        dist.all_reduce(loss)
        loss /= world
    optimiser.step()
    if ledger:
        ledger.note("step", step=step, loss=loss.item())
    if rank == 0:
        history.write(f"{args.epoch}\t{step}\t{socket.gethostname()}\t{loss.item():.9g}\n")
    speed = f" tokens_per_second={args.tokens / (time.monotonic() - began):.1f}" if args.tokens else ""
    say(f"step {step}/{args.steps} loss={loss.item():.6f}{speed}")
    all_agree()
    if asked["save"] or asked["stop"] or step == args.steps or (args.every and step % args.every == 0):
        asked["save"] = False
        if rank == 0:
            save(step)
        if world > 1:
            dist.barrier()
    if asked["stop"]:
        sys.exit(143)
    time.sleep(args.pace)
say("finished")
