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


def follows(masked, read):
    """Whether the wrong part is the last that is only read, in the same turn or in one of its own."""
    masked, read = masked.rstrip("\n"), f"assistant\n{read}".rstrip("\n")
    return masked.endswith(read) or f"{read}{END}" in masked


def parts(row):
    """The text of a record of content parts that is to be learnt."""
    said = [message["content"] for message in row["messages"] if message["role"] == "assistant"]
    return "".join(part["text"] for content in said for part in content if part.get("train", True)) + END


def segments(row):
    """The text of a record of segments that is to be learnt."""
    return "".join(segment["text"] for segment in row["segments"] if segment["label"])


def turns(row):
    """The text of an OpenAI-style record that is to be learnt: turns that have a weight."""
    said = [message for message in row["messages"] if message["role"] == "assistant"]
    return "".join(message["content"] + END for message in said if message["weight"])


def found(config_name, strategy, meant):
    seen = set()
    all_rows = rows(config_name)
    for row in all_rows:
        made = strategy.tokenize_prompt(row)
        yes, no = learnt(tokenizer, made["input_ids"], made["labels"])
        if yes.rstrip("\n") != meant(row):
            checks.that(config_name, "learnt text", "what is meant to be learnt is", False, (yes, meant(row)))
            return
        for question, read, wanted in truth:
            if yes.rstrip("\n") == wanted + END and follows(no, read) and question in no:
                seen.add((question, read, wanted))
    checks.that(config_name, "learnt text", f"{len(all_rows)} rows, learnt as meant, the end of the turn too", True)
    checks.splices(config_name, truth, seen)


def stepwise():
    strategy = stepwise_supervised.load(tokenizer, config, DictDefault({"type": "stepwise_supervised"}))
    wanted = [[int(label) for label in row["labels"]] for row in rows("trl-stepwise")]
    made = [strategy.tokenize_prompt(row) for row in rows("trl-stepwise")]
    labels = [[label for label in row["labels"] if label != -100] for row in made]
    checks.that("trl-stepwise", "labels of steps", f"the labels of {len(wanted)} rows", labels == wanted, list(zip(labels, wanted))[:2])


def preferences():
    from axolotl.prompt_strategies.dpo import chat_template as dpo

    settings = DictDefault({"rl": "dpo", "chat_template": "tokenizer_default", "datasets": [{"type": "chat_template.default"}]})
    made = dpo.default(settings, dataset_idx=0)
    transform = made[0] if isinstance(made, tuple) else made
    row = rows("axolotl-dpo")[0]
    out = transform(row, tokenizer=tokenizer)
    held = row["chosen"]["content"] in out["chosen"] and row["rejected"]["content"] in out["rejected"]
    checks.that("axolotl-dpo", "both sides", "chosen and rejected are found", held, out)


checks.attempt("axolotl-chat", lambda: found("axolotl-chat", chat_template.load(tokenizer, config, DictDefault({"type": "chat_template"})), parts))
checks.attempt("axolotl-segments", lambda: found("axolotl-segments", input_output.load(tokenizer, config), segments))
weights = DictDefault({"type": "chat_template", "message_field_training": "weight"})
checks.attempt("openai-sft", lambda: found("openai-sft", chat_template.load(tokenizer, config, weights), turns))
checks.attempt("trl-stepwise", stepwise)
checks.attempt("axolotl-dpo", preferences)
checks.end()
