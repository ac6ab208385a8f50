"""The `datasets` library loads the folder by its card: every configuration, as JSON Lines and as Parquet, with the same rows and features.

Run once in each environment, since each has another version.
"""
import glob
import os

import datasets
from datasets import load_dataset

from common import FOLDER, Checks, rows

datasets.disable_progress_bars()
checks = Checks("datasets", datasets.__version__)


def one(config):
    sets = {}
    for encoding in ("jsonl", "parquet"):
        path = f"{FOLDER}/{encoding}"
        sets[encoding] = load_dataset(path, config)
    for split, found in sets["jsonl"].items():
        wanted = rows(config, split)
        checks.that(config, "rows", f"{split}: {len(wanted)} rows by the card", len(found) == len(wanted), len(found))
        other = sets["parquet"][split]
        checks.that(config, "features", f"{split}: Parquet has the same features", other.features == found.features, (other.features, found.features))
        checks.that(config, "Parquet", f"{split}: Parquet has the same rows", other[0] == found[0] and other[-1] == found[-1], (other[0], found[0]))
        bare = load_dataset("json", data_files=f"{FOLDER}/jsonl/data/{config}/{split}.jsonl", split="train")
        checks.that(config, "rows", f"{split}: loads without the card", len(bare) == len(wanted), len(bare))


def golden(path):
    config = os.path.basename(path).removesuffix(".jsonl")
    found = load_dataset("json", data_files=path, split="train")
    checks.that(config, "golden", "the golden file loads", len(found) > 0)


for folder in sorted(glob.glob(f"{FOLDER}/jsonl/data/*")):
    checks.attempt(os.path.basename(folder), lambda: one(os.path.basename(folder)))
for path in sorted(glob.glob(os.environ["ORACLE_GOLDEN"] + "/*.jsonl")):
    checks.attempt(os.path.basename(path), lambda: golden(path))
checks.end()
