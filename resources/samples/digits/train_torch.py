"""Learns ten noisy 8x8 patterns with a small network in PyTorch.

The same seed gives the same losses, stopped and resumed or not: what a step sees depends only on the seed and the
step. Saves every CHECKPOINT_EVERY steps, on SIGUSR1 (and goes on) and on SIGTERM (and ends).
"""

import os
import signal
import sys
import time

import torch

STEPS = int(os.environ.get("STEPS", "300"))
SEED = int(os.environ.get("SEED", "7"))
EVERY = int(os.environ.get("CHECKPOINT_EVERY", "50"))
PACE = float(os.environ.get("PACE", "0"))
LR = float(os.environ.get("LR", "0.1"))
FOLDER = os.environ.get("CHECKPOINTS", "checkpoints")

asked = {"save": False, "stop": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
signal.signal(signal.SIGTERM, lambda *_: asked.update(stop=True))

torch.set_num_threads(1)
device = "cuda" if torch.cuda.is_available() else "cpu"
patterns = torch.randn(10, 64, generator=torch.Generator().manual_seed(SEED))


def batch(step):
    chance = torch.Generator().manual_seed(SEED * 1_000_003 + step)
    labels = torch.randint(0, 10, (64,), generator=chance)
    images = patterns[labels] + 1.5 * torch.randn(64, 64, generator=chance)
    return images.to(device), labels.to(device)


def newest():
    names = os.listdir(FOLDER) if os.path.isdir(FOLDER) else []
    steps = sorted(int(name[5:-3]) for name in names if name.startswith("step-") and name.endswith(".pt"))
    return steps


def save(step):
    os.makedirs(FOLDER, exist_ok=True)
    path = os.path.join(FOLDER, f"step-{step:06d}.pt")
    unfinished = os.path.join(FOLDER, "unfinished")
    with open(unfinished, "wb") as file:
        torch.save({"step": step, "model": model.state_dict(), "optimiser": optimiser.state_dict()}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    for old in newest()[:-2]:
        os.remove(os.path.join(FOLDER, f"step-{old:06d}.pt"))
    print(f"saved {path}", flush=True)


torch.manual_seed(SEED)
model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)).to(device)
optimiser = torch.optim.SGD(model.parameters(), lr=LR, momentum=0.9)
start = 0
saved = os.environ.get("RESUME_FROM")
if not saved and newest():
    saved = os.path.join(FOLDER, f"step-{newest()[-1]:06d}.pt")
if saved:
    state = torch.load(saved, map_location=device)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    start = state["step"]
    print(f"resumed from step {start}", flush=True)

print(f"training on {device}, torch {torch.__version__}", flush=True)
for step in range(start + 1, STEPS + 1):
    images, labels = batch(step)
    scores = model(images)
    loss = torch.nn.functional.cross_entropy(scores, labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    accuracy = (scores.argmax(1) == labels).float().mean().item()
    print(f"step {step}/{STEPS} loss={loss.item():.4f} accuracy={accuracy:.3f}", flush=True)
    if step % EVERY == 0 or step == STEPS or asked["save"] or asked["stop"]:
        asked["save"] = False
        save(step)
    if asked["stop"]:
        print("stopped when asked", flush=True)
        sys.exit(143)
    time.sleep(PACE)
print("finished", flush=True)
