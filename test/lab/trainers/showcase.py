"""A real training with a log worth a picture: what `npm run shots` runs on the lab's boxes. PyTorch, on the CPU, seconds."""

import argparse
import math
import os
import signal
import sys
import time

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=4000)
parser.add_argument("--lr", type=float, default=0.004)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--pace", type=float, default=0.02, help="seconds to rest after each step")
parser.add_argument("--fail-at", type=int, default=0, help="a step at which it gives up; 0: none")
args = parser.parse_args()

asked = {"save": False}
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
torch.set_num_threads(1)
torch.manual_seed(args.seed)
model = nn.Sequential(nn.Linear(2, 96), nn.GELU(), nn.Linear(96, 96), nn.GELU(), nn.Linear(96, 3))
optimiser = torch.optim.AdamW(model.parameters(), lr=args.lr)
warm_up = 150


def log(level, colour, text):
    print(f"\033[2m{time.strftime('%H:%M:%S')}\033[0m \033[{colour}m{level}\033[0m {text}", flush=True)


def spirals(step):
    """Three arms of a spiral, told apart by the network."""
    chance = torch.Generator().manual_seed(args.seed * 1_000_003 + step)
    arm = torch.randint(0, 3, (256,), generator=chance)
    radius = torch.rand(256, generator=chance)
    angle = 4.5 * radius + 2 * math.pi * arm / 3 + 0.18 * torch.randn(256, generator=chance)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1), arm


def save(step):
    os.makedirs("checkpoints", exist_ok=True)
    path = f"checkpoints/step-{step}.pt"
    torch.save({"step": step, "model": model.state_dict(), "optimiser": optimiser.state_dict()}, f"{path}.part")
    os.replace(f"{path}.part", path)
    log("INFO ", 32, f"saved {path}")


start = 0
if os.environ.get("SPIRALS_FROM"):
    saved = torch.load(os.environ["SPIRALS_FROM"])
    model.load_state_dict(saved["model"])
    optimiser.load_state_dict(saved["optimiser"])
    start = saved["step"]
    log("INFO ", 32, f"goes on from step {start}")
size = sum(weight.numel() for weight in model.parameters())
log("INFO ", 32, f"torch {torch.__version__}, {size:,} parameters, seed {args.seed}")
for part in range(1, 11):
    print(f"\rpreparing spirals {'█' * part}{'░' * (10 - part)} {part * 10:3d} %", end="", flush=True)
    time.sleep(0.02)
print(flush=True)
log("WARN ", 33, "no validation split was given: the next batches are used")
for step in range(start + 1, args.steps + 1):
    rate = args.lr * min(1, step / warm_up) * (0.5 + 0.5 * math.cos(math.pi * step / args.steps))
    for group in optimiser.param_groups:
        group["lr"] = rate
    inputs, wanted = spirals(step)
    found = model(inputs)
    loss = nn.functional.cross_entropy(found, wanted)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    if step % 5 == 0:
        right = (found.argmax(1) == wanted).float().mean()
        log(
            "INFO ",
            32,
            f"step {step}/{args.steps} loss={loss.item():.4f} accuracy={right.item():.4f} "
            f"lr={rate:.2e} grad_norm={norm.item():.3f}",
        )
    if asked["save"] or step % 500 == 0:
        asked["save"] = False
        save(step)
    if step == args.fail_at:
        log("ERROR", 31, "ValueError: loss became NaN, giving up")
        sys.exit(1)
    time.sleep(args.pace)
log("INFO ", 32, "finished")
