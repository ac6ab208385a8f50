"""xtuner's own functions read the revision records, and its labels are what was meant to be learnt.

They are loaded file by file: the package as a whole wants a GPU toolchain that no text needs.
"""
import importlib.util
import os
import sys
import types

from transformers import AutoTokenizer

from common import TINY, Checks, learnt, rows, splices

ROOT = os.environ["ORACLE_XTUNER"]


class Settings(dict):
    """Stands for mmengine's ConfigDict."""

    __getattr__ = dict.__getitem__


def module(name, **contents):
    made = types.ModuleType(name)
    made.__dict__.update(contents)
    sys.modules[name] = made


def load(path):
    spec = importlib.util.spec_from_file_location(os.path.basename(path).removesuffix(".py"), f"{ROOT}/xtuner/{path}")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


module("mmengine")
module("mmengine.config", ConfigDict=Settings)
module("mmengine.utils")
module("mmengine.utils.misc", get_object_from_string=None)
module("PIL", Image=None)
constants = load("utils/constants.py")
module("xtuner")
module("xtuner.utils", **{name: getattr(constants, name) for name in dir(constants) if name.isupper()})
read_messages = load("dataset/map_fns/dataset_map_fns/openai_map_fn.py").openai_map_fn
apply_template = load("dataset/map_fns/template_map_fn.py").template_map_fn
encode = load("dataset/utils.py").encode_fn
chat = Settings(load("utils/templates.py").PROMPT_TEMPLATE["qwen_chat"])

with open(f"{ROOT}/xtuner/version.py", encoding="utf-8") as f:
    version = f.read().split("__version__ = ")[1].splitlines()[0].strip("\"'")
checks = Checks("xtuner", version)


class Qwen2TokenizerFast:
    """Our tokenizer under the name by which xtuner knows that no token begins a sequence."""

    def __init__(self):
        self.inside = AutoTokenizer.from_pretrained(f"{TINY}/causal")
        self.eos_token_id, self.encode, self.decode = self.inside.eos_token_id, self.inside.encode, self.inside.decode


tokenizer = Qwen2TokenizerFast()
truth = splices()
END = "<|im_end|>"


def revisions():
    seen = set()
    for row in rows("agent-r"):
        turns = apply_template(read_messages({"messages": row["revise_log"]}), chat)
        made = encode(turns, tokenizer, 4096)
        yes, no = learnt(tokenizer, made["input_ids"], made["labels"])
        matches = [
            (question, read, wanted) for question, read, wanted in truth
            if yes == wanted + END and read.rstrip() in no and question == row["task_description"]
        ]
        if not matches:
            checks.that("agent-r", "splices", "signal and good continuation are learnt", False, (yes, no))
            return
        seen.update(matches)
    checks.splices("agent-r", truth, seen)


checks.attempt("agent-r", revisions)
checks.end()
