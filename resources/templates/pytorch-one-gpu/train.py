"""A training loop with everything a long run needs: checkpoints, resuming, and an end when it is asked to end."""

import argparse
import os
import signal
import sys

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=2000)
parser.add_argument("--lr", type=float, default=0.05)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--every", type=int, default=200, help="steps between checkpoints")
parser.add_argument("--checkpoints", default="checkpoints")
parser.add_argument("--keep", type=int, default=2, help="checkpoints that stay")
parser.add_argument("--resume", help="the checkpoint to go on from; default: the newest there is")
args = parser.parse_args()

asked = {"save": False, "stop": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
signal.signal(signal.SIGTERM, lambda *_: asked.update(stop=True))

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(args.seed)
model = nn.Sequential(nn.Linear(16, 128), nn.Tanh(), nn.Linear(128, 1)).to(device)
optimiser = torch.optim.AdamW(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, args.steps)


def batch(step):
    """Made up: replace it with your data. The step decides what is drawn, so that a resumed run sees the same."""
    chance = torch.Generator().manual_seed(args.seed * 1_000_003 + step)
    inputs = torch.randn(256, 16, generator=chance)
    wanted = torch.sin(inputs.sum(1, keepdim=True)) + 0.05 * torch.randn(256, 1, generator=chance)
    return inputs.to(device), wanted.to(device)


def saved():
    """The checkpoints there are, the oldest first."""
    names = os.listdir(args.checkpoints) if os.path.isdir(args.checkpoints) else []
    return [os.path.join(args.checkpoints, name) for name in sorted(names) if name.endswith(".pt")]


def save(step):
    """Aside, to the disk, then renamed: a checkpoint that is there is whole."""
    os.makedirs(args.checkpoints, exist_ok=True)
    path = os.path.join(args.checkpoints, f"step-{step:08d}.pt")
    state = {
        "step": step,
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "scheduler": scheduler.state_dict(),
    }
    with open(path + ".tmp", "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)
    for old in saved()[: -args.keep]:
        os.remove(old)
    print(f"saved step {step}", flush=True)


start = 0
newest = args.resume or (saved() or [None])[-1]
if newest:
    state = torch.load(newest, map_location=device)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    scheduler.load_state_dict(state["scheduler"])
    start = state["step"]
    print(f"resumed from step {start}", flush=True)

print(f"training on {device}", flush=True)
for step in range(start + 1, args.steps + 1):
    inputs, wanted = batch(step)
    loss = nn.functional.mse_loss(model(inputs), wanted)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    scheduler.step()
    if step % 10 == 0 or step == args.steps:
        print(f"step {step}/{args.steps} loss={loss.item():.5f} lr={scheduler.get_last_lr()[0]:.5f}", flush=True)
    if step % args.every == 0 or step == args.steps or asked["save"] or asked["stop"]:
        asked["save"] = False
        save(step)
    if asked["stop"]:
        sys.exit(143)
