#!/usr/bin/env bash
# The whole recipe in one command: train (resumed if stopped), export, check against llama.cpp, evaluate, put the model in place.
#   train/run.sh                 full budget: 170 minutes of training on 2 cores
#   MINUTES=60 train/run.sh      a shorter run
#   RUN=/path train/run.sh       where checkpoints and the log go (default: train-run beside the repository)
# One thread a process: more collapse when the cores are shared.
set -euo pipefail
cd "$(dirname "$0")"
RUN=${RUN:-../../train-run/main}
MINUTES=${MINUTES:-170}
PYTHON=${PYTHON:-python3}
export OMP_NUM_THREADS=1
mkdir -p "$RUN"
"$PYTHON" -m unittest -q tests
"$PYTHON" make_problems.py
"$PYTHON" make_reserved.py
nice -n 15 "$PYTHON" train.py --run "$RUN" --minutes "$MINUTES" "$@"
"$PYTHON" export.py "$RUN/checkpoint.pt" "$RUN/pleach-reasoner.gguf"
"$PYTHON" check_gguf.py "$RUN/pleach-reasoner.gguf" "$RUN/checkpoint.pt" 2> "$RUN/llama.log" | grep -v '^[0-9.]* [IWE] '
nice -n 15 "$PYTHON" evaluate.py "$RUN/checkpoint.pt" --gguf "$RUN/pleach-reasoner.gguf" --json "$RUN/figures.json" | tee "$RUN/figures.txt"
cp "$RUN/pleach-reasoner.gguf" ../assets/model/pleach-reasoner.gguf
echo "Put the figures of $RUN/figures.txt into assets/model/README.md before you commit the model."
