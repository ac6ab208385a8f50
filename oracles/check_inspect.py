"""Inspect reads the log, and the samples are ours."""
import glob
import os
from importlib.metadata import version

from inspect_ai.log import read_eval_log

from common import FOLDER, Checks

checks = Checks("inspect-ai", version("inspect-ai"))


def one(path):
    log = read_eval_log(path)
    checks.that("inspect", "samples", f"{os.path.basename(path)}: {len(log.samples or [])} samples", log.status == "success" and bool(log.samples))
    scores = log.samples[0].scores or {}
    checks.that("inspect", "scores", "the first sample has its scores", "rating" in scores, scores)


path = sorted(glob.glob(f"{FOLDER}/views/*.inspect.json"))[0]
checks.attempt("inspect", lambda: one(path))
checks.end()
