"""Axolotl's own strategies tokenise the records, and its labels are what was meant to be learnt."""
import warnings
from importlib.metadata import version

from axolotl.prompt_strategies import chat_template, input_output, stepwise_supervised
from axolotl.utils.dict import DictDefault
from transformers import AutoTokenizer

from common import TINY, Checks, learnt, rows, splices

warnings.filterwarnings("ignore")
checks = Checks("axolotl", version("axolotl"))
tokenizer = AutoTokenizer.from_pretrained(f"{TINY}/causal")
# Axolotl renders by itself and wants the template without TRL's mark.
tokenizer.chat_template = tokenizer.chat_template.replace("{% generation %}", "").replace("{% endgeneration %}", "")
truth = splices()
END = "<|im_end|>"
config = DictDefault({"train_on_inputs": False, "sequence_len": 2048, "chat_template": "tokenizer_default"})


def found(config_name, strategy):
    seen = 0
    all_rows = rows(config_name)
    for row in all_rows:
        made = strategy.tokenize_prompt(row)
        yes, no = learnt(tokenizer, made["input_ids"], made["labels"])
        if not yes.rstrip("\n").endswith(END):
            checks.that(config_name, "the end of the turn is learnt", False, yes)
            return
        for question, read, wanted in truth:
            seen += yes.rstrip("\n") == wanted + END and no.rstrip("\n").endswith(f"assistant\n{read}".rstrip("\n")) and question in no
    checks.that(config_name, f"{len(all_rows)} rows, the end of the turn learnt in each", True)
    checks.that(config_name, f"of {seen} splices, signal and good continuation are learnt", seen > 0, truth)


def stepwise():
    strategy = stepwise_supervised.load(tokenizer, config, DictDefault({"type": "stepwise_supervised"}))
    wanted = [[int(label) for label in row["labels"]] for row in rows("trl-stepwise")]
    made = [strategy.tokenize_prompt(row) for row in rows("trl-stepwise")]
    labels = [[label for label in row["labels"] if label != -100] for row in made]
    checks.that("trl-stepwise", f"the labels of {len(wanted)} rows", labels == wanted, list(zip(labels, wanted))[:2])


def preferences():
    from axolotl.prompt_strategies.dpo import chat_template as dpo

    settings = DictDefault({"rl": "dpo", "chat_template": "tokenizer_default", "datasets": [{"type": "chat_template.default"}]})
    made = dpo.default(settings, dataset_idx=0)
    transform = made[0] if isinstance(made, tuple) else made
    row = rows("axolotl-dpo")[0]
    out = transform(row, tokenizer=tokenizer)
    held = row["chosen"]["content"] in out["chosen"] and row["rejected"]["content"] in out["rejected"]
    checks.that("axolotl-dpo", "chosen and rejected are found", held, out)


checks.attempt("axolotl-chat", lambda: found("axolotl-chat", chat_template.load(tokenizer, config, DictDefault({"type": "chat_template"}))))
checks.attempt("axolotl-segments", lambda: found("axolotl-segments", input_output.load(tokenizer, config)))
checks.attempt("trl-stepwise", stepwise)
checks.attempt("axolotl-dpo", preferences)
checks.end()
