"""TRL's trainers take the records, train a step, and learn exactly what was meant, as their own labels say."""
import warnings

import datasets
import trl
from datasets import load_dataset
from transformers import AutoTokenizer
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer

from common import FOLDER, TINY, Checks, learnt, rows, splices

try:
    from trl import KTOConfig, KTOTrainer
except ImportError:
    from trl.experimental.kto import KTOConfig, KTOTrainer

warnings.filterwarnings("ignore")
datasets.disable_progress_bars()
checks = Checks("trl", trl.__version__)
tokenizer = AutoTokenizer.from_pretrained(f"{TINY}/causal")
truth = splices()
END = "<|im_end|>"
COMMON = dict(
    output_dir="out", max_steps=1, per_device_train_batch_size=2, report_to="none", use_cpu=True, bf16=False,
    gradient_checkpointing=False, save_strategy="no", logging_strategy="no", disable_tqdm=True,
)


def load(config):
    return load_dataset("json", data_files=f"{FOLDER}/jsonl/data/{config}/train.jsonl", split="train")


def sft(config, **more):
    data = load(config)
    trainer = SFTTrainer(model=f"{TINY}/causal", args=SFTConfig(**COMMON, **more), train_dataset=data, processing_class=tokenizer)
    checks.that(config, "rows", f"{len(data)} rows", len(trainer.train_dataset) == len(data), len(trainer.train_dataset))
    trainer.train()
    checks.that(config, "a training step", "trains a step", trainer.state.global_step == 1)
    return [trainer.data_collator([row]) for row in trainer.train_dataset]


def coloured(batch):
    return learnt(tokenizer, batch["input_ids"][0].tolist(), batch["labels"][0].tolist())


def messages():
    wanted = [row["messages"][1]["content"] + END for row in rows("trl-sft")]
    found = [coloured(batch)[0] for batch in sft("trl-sft", assistant_only_loss=True)]
    checks.that("trl-sft", "learnt text", f"the answer is learnt in {len(wanted)} rows", found == wanted, found[:1])


def strings():
    seen = set()
    batches = sft("trl-prompt-completion")
    for row, batch in zip(rows("trl-prompt-completion"), batches):
        yes, no = coloured(batch)
        if (yes, no) != (row["completion"], row["prompt"]):
            checks.that("trl-prompt-completion", "learnt text", "completion learnt, prompt read", False, (yes, no))
            return
        for question, read, wanted in truth:
            if yes == wanted + END and no.endswith(f"assistant\n{read}") and question in no:
                seen.add((question, read, wanted))
    checks.that("trl-prompt-completion", "learnt text", f"completion learnt, prompt read, in {len(batches)} rows", True)
    checks.splices("trl-prompt-completion", truth, seen)


def tokens():
    seen = set()
    for batch in sft("trl-tokens"):
        yes, no = coloured(batch)
        for question, read, wanted in truth:
            if yes == wanted + END and no.endswith(f"assistant\n{read}") and question in no:
                seen.add((question, read, wanted))
    checks.splices("trl-tokens", truth, seen)


def preferences(config):
    data = load(config)
    trainer = DPOTrainer(model=f"{TINY}/causal", args=DPOConfig(**COMMON), train_dataset=data, processing_class=tokenizer)
    checks.that(config, "rows", f"{len(data)} rows", len(trainer.train_dataset) == len(data), len(trainer.train_dataset))
    text = lambda value: value if isinstance(value, str) else value[-1]["content"] + END
    sides = ("chosen", "rejected")
    wanted = [[text(row[side]) for side in sides] for row in rows(config)]
    found = [[tokenizer.decode(row[f"{side}_ids"]).rstrip("\n") for side in sides] for row in trainer.train_dataset]
    checks.that(config, "both sides", f"chosen and rejected of {len(wanted)} rows end once", found == wanted, found[:1])
    trainer.train()
    checks.that(config, "a training step", "trains a step", trainer.state.global_step == 1)


def kto():
    data = load("trl-kto")
    trainer = KTOTrainer(model=f"{TINY}/causal", args=KTOConfig(**COMMON), train_dataset=data, processing_class=tokenizer)
    checks.that("trl-kto", "rows", f"{len(data)} rows", len(trainer.train_dataset) == len(data), len(trainer.train_dataset))
    wanted = [(row["completion"][0]["content"] + END, row["label"]) for row in rows("trl-kto")]
    found = [(tokenizer.decode(row["completion_ids"]).rstrip("\n"), bool(row["label"])) for row in trainer.train_dataset]
    checks.that("trl-kto", "learnt text", f"{len(wanted)} answers and their labels", found == wanted, (found[0], wanted[0]))
    trainer.train()
    checks.that("trl-kto", "a training step", "trains a step", trainer.state.global_step == 1)


def scored():
    keep = ["chosen", "rejected"]
    data = load("ultrafeedback").select_columns(keep)
    trainer = RewardTrainer(model=f"{TINY}/causal", args=RewardConfig(**COMMON), train_dataset=data, processing_class=tokenizer)
    checks.that("ultrafeedback", "rows", f"{len(data)} rows", len(trainer.train_dataset) == len(data), len(trainer.train_dataset))
    trainer.train()
    checks.that("ultrafeedback", "a training step", "trains a step", trainer.state.global_step == 1)


checks.attempt("trl-sft", messages)
checks.attempt("trl-prompt-completion", strings)
checks.attempt("trl-tokens", tokens)
checks.attempt("trl-dpo", lambda: preferences("trl-dpo"))
checks.attempt("trl-dpo-step", lambda: preferences("trl-dpo-step"))
checks.attempt("trl-kto", kto)
checks.attempt("ultrafeedback", scored)
checks.end()
