"""The last TRL with a trainer of process reward models takes the stepwise records, and its labels are ours."""
import warnings

import datasets
import trl
from datasets import load_dataset
from transformers import AutoModelForTokenClassification, AutoTokenizer
from trl.experimental.prm import PRMConfig, PRMTrainer

from common import FOLDER, TINY, Checks, rows

warnings.filterwarnings("ignore")
datasets.disable_progress_bars()
checks = Checks("trl", trl.__version__)
tokenizer = AutoTokenizer.from_pretrained(f"{TINY}/rewards")


def stepwise():
    data = load_dataset("json", data_files=f"{FOLDER}/jsonl/data/trl-stepwise/train.jsonl", split="train")
    args = PRMConfig(
        output_dir="out", max_steps=1, per_device_train_batch_size=2, report_to="none", use_cpu=True, bf16=False,
        gradient_checkpointing=False, save_strategy="no", logging_strategy="no", disable_tqdm=True,
    )
    model = AutoModelForTokenClassification.from_pretrained(f"{TINY}/rewards")
    trainer = PRMTrainer(model=model, args=args, train_dataset=data, processing_class=tokenizer)
    wanted = [[int(label) for label in row["labels"]] for row in rows("trl-stepwise")]
    found = [[label for label in row["labels"] if label != -100] for row in trainer.train_dataset]
    checks.that("trl-stepwise", "labels of steps", f"the labels of {len(wanted)} rows", found == wanted, list(zip(found, wanted))[:2])
    trainer.train()


checks.attempt("trl-stepwise", stepwise)
checks.end()
