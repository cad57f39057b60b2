"""Data-parallel training with DistributedDataParallel. Rank 0 prints and saves; all ranks resume from the same file."""

import argparse
import os
import signal

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=1000)
parser.add_argument("--lr", type=float, default=0.05)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--every", type=int, default=200, help="steps between checkpoints")
parser.add_argument("--checkpoints", default="checkpoints")
parser.add_argument("--keep", type=int, default=2, help="checkpoints that stay")
parser.add_argument("--resume", help="the checkpoint to go on from; default: the newest there is")
args = parser.parse_args()

# All ranks hear the signal and must not end by it; rank 0 saves, after the step that it is in.
asked = {"save": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))

on_gpu = torch.cuda.is_available() and torch.cuda.device_count() >= int(os.environ["LOCAL_WORLD_SIZE"])
dist.init_process_group("nccl" if on_gpu else "gloo")
rank, world = dist.get_rank(), dist.get_world_size()
local = int(os.environ["LOCAL_RANK"])
device = torch.device("cuda", local) if on_gpu else torch.device("cpu")
if on_gpu:
    torch.cuda.set_device(device)
else:
    torch.set_num_threads(1)

torch.manual_seed(args.seed)
model = DistributedDataParallel(
    nn.Sequential(nn.Linear(16, 128), nn.Tanh(), nn.Linear(128, 1)).to(device),
    device_ids=[local] if on_gpu else None,
)
optimiser = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)


def saved():
    """The checkpoints there are, the oldest first."""
    names = os.listdir(args.checkpoints) if os.path.isdir(args.checkpoints) else []
    return [os.path.join(args.checkpoints, name) for name in sorted(names) if name.endswith(".pt")]


def save(step):
    """Aside, to the disk, then renamed: a checkpoint that is there is whole."""
    os.makedirs(args.checkpoints, exist_ok=True)
    path = os.path.join(args.checkpoints, f"step-{step:08d}.pt")
    state = {"step": step, "model": model.module.state_dict(), "optimiser": optimiser.state_dict()}
    with open(path + ".tmp", "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)
    for old in saved()[: -args.keep]:
        os.remove(old)
    print(f"saved step {step}", flush=True)


newest = args.resume or (saved() or [None])[-1]
# Rank 0 may save at once: nobody looks for the newest after that.
dist.barrier()
start = 0
if newest:
    state = torch.load(newest, map_location=device)
    model.module.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    start = state["step"]

if rank == 0:
    print(f"{world} processes, {dist.get_backend()}, from step {start}", flush=True)

for step in range(start + 1, args.steps + 1):
    # Each rank draws its own share of the step's data.
    chance = torch.Generator().manual_seed((args.seed * 1_000_003 + step) * world + rank)
    inputs = torch.randn(128, 16, generator=chance).to(device)
    loss = nn.functional.mse_loss(model(inputs), torch.sin(inputs.sum(1, keepdim=True)))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    if step % 10 == 0 or step == args.steps:
        mean = loss.detach().clone()
        dist.all_reduce(mean)
        if rank == 0:
            print(f"step {step}/{args.steps} loss={mean.item() / world:.5f}", flush=True)
    if rank == 0 and (step % args.every == 0 or step == args.steps or asked["save"]):
        asked["save"] = False
        save(step)

dist.barrier()
dist.destroy_process_group()
