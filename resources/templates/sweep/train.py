"""The training that the sweep repeats: a curve through noisy points, in plain Python 3."""

import argparse
import math
import random

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=200)
parser.add_argument("--lr", type=float, default=0.05)
parser.add_argument("--loss-file", required=True)
args = parser.parse_args()

weights = [0.0] * 4
loss = math.inf
for step in range(1, args.steps + 1):
    chance = random.Random(step)
    slopes, loss, count = [0.0] * 4, 0.0, 100
    for _ in range(count):
        x = chance.uniform(-1, 1)
        powers = [x**power for power in range(4)]
        error = sum(w * p for w, p in zip(weights, powers)) - math.sin(3 * x)
        loss += error * error / count
        slopes = [slope + 2 * error * power / count for slope, power in zip(slopes, powers)]
    weights = [weight - args.lr * slope for weight, slope in zip(weights, slopes)]
    print(f"step {step}/{args.steps} loss={loss:.5f} lr={args.lr}", flush=True)

with open(args.loss_file, "w") as file:
    file.write(f"{loss:.6f}\n")
