"""LLaMA-Factory reads the folder's `dataset_info.json` and drops no row, which it would do without a word."""
import importlib.machinery
import sys
import types
import warnings
from importlib.metadata import version

# It asks for torchaudio, which no text needs.
stub = types.ModuleType("torchaudio")
stub.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
sys.modules["torchaudio"] = stub

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer  # noqa: E402
from llamafactory.hparams import get_train_args  # noqa: E402
from llamafactory.model import load_tokenizer  # noqa: E402

from common import FOLDER, TINY, Checks, rows  # noqa: E402

warnings.filterwarnings("ignore")
checks = Checks("llamafactory", version("llamafactory"))


def read(config, stage):
    arguments = dict(
        model_name_or_path=f"{TINY}/causal", stage=stage, do_train=True, finetuning_type="full", dataset_dir=f"{FOLDER}/jsonl",
        dataset=config.replace("-", "_") + "_train", template="qwen", cutoff_len=2048, output_dir="out", overwrite_cache=True,
        report_to="none", use_cpu=True, bf16=False,
    )
    model, data, training, _, _ = get_train_args(arguments)
    tokenizer = load_tokenizer(model)
    template = get_template_and_fix_tokenizer(tokenizer["tokenizer"], data)
    return get_dataset(template, model, data, training, stage=stage, **tokenizer)["train_dataset"], tokenizer["tokenizer"]


def counted(config, stage, kind, says):
    found, tokenizer = read(config, stage)
    wanted = rows(config)
    checks.that(config, "rows", f"{len(wanted)} rows in stage {stage}", len(found) == len(wanted), len(found))
    checks.that(config, kind, says.__doc__, says(tokenizer, found[0], wanted[0]), found[0])


def answer(tokenizer, row, wanted):
    """the answer is learnt"""
    text = tokenizer.decode([label for label in row["labels"] if label != -100])
    return text.rstrip("\n") == wanted["conversations"][1]["value"] + "<|im_end|>"


def pair(tokenizer, row, wanted):
    """chosen and rejected are learnt"""
    texts = [tokenizer.decode([label for label in row[f"{side}_labels"] if label != -100]) for side in ("chosen", "rejected")]
    return [text.rstrip("\n") for text in texts] == [wanted[side]["value"] + "<|im_end|>" for side in ("chosen", "rejected")]


def tag(_, row, wanted):
    """the tag is kept"""
    return bool(row["kto_tags"]) == wanted["kto_tag"]


checks.attempt("llamafactory-sft", lambda: counted("llamafactory-sft", "sft", "learnt text", answer))
checks.attempt("llamafactory-dpo", lambda: counted("llamafactory-dpo", "rm", "both sides", pair))
checks.attempt("llamafactory-kto", lambda: counted("llamafactory-kto", "kto", "tag", tag))
checks.end()
