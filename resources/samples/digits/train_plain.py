"""The same training without PyTorch: softmax regression by gradient descent in plain Python 3."""

import json
import math
import os
import random
import signal
import sys
import time

STEPS = int(os.environ.get("STEPS", "300"))
SEED = int(os.environ.get("SEED", "7"))
EVERY = int(os.environ.get("CHECKPOINT_EVERY", "50"))
PACE = float(os.environ.get("PACE", "0"))
LR = float(os.environ.get("LR", "0.1"))
FOLDER = os.environ.get("CHECKPOINTS", "checkpoints")
CLASSES, PIXELS, BATCH = 10, 64, 32

asked = {"save": False, "stop": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
signal.signal(signal.SIGTERM, lambda *_: asked.update(stop=True))

dice = random.Random(SEED)
patterns = [[dice.gauss(0, 1) for _ in range(PIXELS)] for _ in range(CLASSES)]


def batch(step):
    chance = random.Random(SEED * 1_000_003 + step)
    labels = [chance.randrange(CLASSES) for _ in range(BATCH)]
    return [([pixel + 1.5 * chance.gauss(0, 1) for pixel in patterns[label]], label) for label in labels]


def saved_steps():
    names = os.listdir(FOLDER) if os.path.isdir(FOLDER) else []
    return sorted(int(name[5:-5]) for name in names if name.startswith("step-") and name.endswith(".json"))


def save(step):
    os.makedirs(FOLDER, exist_ok=True)
    path = os.path.join(FOLDER, f"step-{step:06d}.json")
    unfinished = os.path.join(FOLDER, "unfinished")
    with open(unfinished, "w") as file:
        json.dump({"step": step, "weights": weights, "bias": bias}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    for old in saved_steps()[:-2]:
        os.remove(os.path.join(FOLDER, f"step-{old:06d}.json"))
    print(f"saved {path}", flush=True)


def probabilities(image):
    scores = [sum(w * x for w, x in zip(row, image)) + b for row, b in zip(weights, bias)]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


weights = [[0.0] * PIXELS for _ in range(CLASSES)]
bias = [0.0] * CLASSES
start = 0
saved = os.environ.get("RESUME_FROM")
if not saved and saved_steps():
    saved = os.path.join(FOLDER, f"step-{saved_steps()[-1]:06d}.json")
if saved:
    with open(saved) as file:
        state = json.load(file)
    start, weights, bias = state["step"], state["weights"], state["bias"]
    print(f"resumed from step {start}", flush=True)

for step in range(start + 1, STEPS + 1):
    loss, right = 0.0, 0
    slopes = [[0.0] * PIXELS for _ in range(CLASSES)]
    slope_bias = [0.0] * CLASSES
    for image, label in batch(step):
        chances = probabilities(image)
        loss -= math.log(max(chances[label], 1e-12)) / BATCH
        right += max(range(CLASSES), key=chances.__getitem__) == label
        for kind in range(CLASSES):
            error = (chances[kind] - (kind == label)) / BATCH
            slope_bias[kind] += error
            row = slopes[kind]
            for index, pixel in enumerate(image):
                row[index] += error * pixel
    for kind in range(CLASSES):
        bias[kind] -= LR * slope_bias[kind]
        weights[kind] = [w - LR * slope for w, slope in zip(weights[kind], slopes[kind])]
    print(f"step {step}/{STEPS} loss={loss:.4f} accuracy={right / BATCH:.3f}", flush=True)
    if step % EVERY == 0 or step == STEPS or asked["save"] or asked["stop"]:
        asked["save"] = False
        save(step)
    if asked["stop"]:
        print("stopped when asked", flush=True)
        sys.exit(143)
    time.sleep(PACE)
print("finished", flush=True)
