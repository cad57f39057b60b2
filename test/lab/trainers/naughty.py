"""Trainers as one meets them: deaf to TERM, slow to save, without handlers, with children that outlive them. Plain
Python 3. Prints "ready" when its manners are in force.
"""

import argparse
import os
import signal
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--ignore-term", action="store_true", help="TERM, INT and HUP do nothing")
parser.add_argument("--no-handlers", action="store_true", help="SIGUSR1 kills it, as it kills any plain Python")
parser.add_argument("--save-seconds", type=float, default=0.0, help="how long a save takes after TERM or USR1")
parser.add_argument("--half-save", action="store_true", help="leaves a checkpoint unfinished when killed while saving")
parser.add_argument("--deaf-child", action="store_true", help="starts a child that ignores TERM, in its own session")
parser.add_argument("--flood", action="store_true", help="prints without end and as fast as it can")
parser.add_argument("--exit-code", type=int, default=0)
parser.add_argument("--seconds", type=float, default=3600.0)
parser.add_argument("--checkpoints", default="checkpoints")
args = parser.parse_args()

asked = {"save": False, "stop": False}
if args.ignore_term:
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
elif not args.no_handlers:
    signal.signal(signal.SIGTERM, lambda *_: asked.update(stop=True))
if not args.no_handlers:
    signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))


def save(step):
    os.makedirs(args.checkpoints, exist_ok=True)
    final = os.path.join(args.checkpoints, f"step-{step:06d}.txt")
    path = final if args.half_save else final + ".tmp"
    with open(path, "w") as file:
        file.write("half ")
        file.flush()
        time.sleep(args.save_seconds)
        file.write("whole\n")
    if path != final:
        os.replace(path, final)
    print(f"saved step {step}", flush=True)


if args.deaf_child:
    deaf = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('child ready', flush=True); time.sleep(%f)"
    subprocess.Popen([sys.executable, "-c", deaf % args.seconds], start_new_session=True)

print("ready", flush=True)
end = time.monotonic() + args.seconds
step = 0
while time.monotonic() < end:
    step += 1
    print(f"step {step} loss={1 / step:.6f}" + (" " + "x" * 4000 if args.flood else ""), flush=not args.flood)
    if asked["save"] or asked["stop"]:
        asked["save"] = False
        save(step)
    if asked["stop"]:
        sys.exit(143)
    if not args.flood:
        time.sleep(0.02)
sys.exit(args.exit_code)
