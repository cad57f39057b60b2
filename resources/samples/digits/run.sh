# Chooses what this machine can train with. `exec`: signals go straight to the trainer.
set -u
python=
for candidate in "${PYTHON:-}" python3 /usr/bin/python3 python; do
  [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
  "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null || continue
  [ -n "$python" ] || python=$candidate
  if "$candidate" -c 'import torch' 2>/dev/null; then
    echo "training with PyTorch ($candidate)"
    exec "$candidate" -u train_torch.py
  fi
done
if [ -n "$python" ]; then
  echo "training with plain Python ($python)"
  exec "$python" -u train_plain.py
fi
if command -v node >/dev/null 2>&1; then
  echo 'training with Node'
  exec node train_node.mjs
fi
echo 'This machine has neither Python 3 nor Node: there is nothing to train with.' >&2
exit 127
