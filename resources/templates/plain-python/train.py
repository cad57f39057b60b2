"""Fits a line through noisy points by gradient descent: Python 3 and nothing else."""

import argparse
import json
import os
import random
import time

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=500)
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--pace", type=float, default=0.01, help="seconds to rest after each step")
parser.add_argument("--every", type=int, default=100, help="steps between checkpoints")
parser.add_argument("--checkpoints", default="checkpoints")
args = parser.parse_args()

newest = os.path.join(args.checkpoints, "newest.json")
state = {"step": 0, "slope": 0.0, "offset": 0.0}
if os.path.exists(newest):
    with open(newest) as file:
        state = json.load(file)
    print(f"resumed from step {state['step']}", flush=True)

for step in range(state["step"] + 1, args.steps + 1):
    chance = random.Random(step)
    points = [(x, 3 * x - 1 + chance.gauss(0, 0.1)) for x in (chance.uniform(-1, 1) for _ in range(200))]
    errors = [(state["slope"] * x + state["offset"] - y, x) for x, y in points]
    loss = sum(error**2 for error, _ in errors) / len(errors)
    state["slope"] -= args.lr * 2 * sum(error * x for error, x in errors) / len(errors)
    state["offset"] -= args.lr * 2 * sum(error for error, _ in errors) / len(errors)
    state["step"] = step
    print(f"step {step}/{args.steps} loss={loss:.5f}", flush=True)
    if step % args.every == 0 or step == args.steps:
        os.makedirs(args.checkpoints, exist_ok=True)
        with open(newest + ".tmp", "w") as file:
            json.dump(state, file)
        os.replace(newest + ".tmp", newest)
    time.sleep(args.pace)

print(f"y = {state['slope']:.3f} x + {state['offset']:.3f}", flush=True)
