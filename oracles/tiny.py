"""A tokenizer with the vocabulary of the embedded model, and two untrained models of that vocabulary, for the trainers to load.

Usage: tiny.py MODEL.gguf FOLDER. Nothing is downloaded: everything stands in the GGUF.
"""
import sys

from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen2ForTokenClassification

CONTROL, USER_DEFINED = 3, 4

source, folder = sys.argv[1:]
fields = GGUFReader(source).fields


def texts(name):
    field = fields[name]
    return [bytes(field.parts[i]).decode() for i in field.data]


def number(name):
    field = fields[name]
    return int(field.parts[field.data[0]][0])


tokens, merges = texts("tokenizer.ggml.tokens"), [tuple(m.split(" ", 1)) for m in texts("tokenizer.ggml.merges")]
types = [int(fields["tokenizer.ggml.token_type"].parts[i][0]) for i in fields["tokenizer.ggml.token_type"].data]
whole = {t: i for i, t in enumerate(tokens)}
bpe = Tokenizer(models.BPE(vocab=whole, merges=[m for m in merges if m[0] in whole and m[1] in whole and m[0] + m[1] in whole]))
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.decoder = decoders.ByteLevel()
bpe.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, k in zip(tokens, types) if k == CONTROL])
bpe.add_tokens([AddedToken(t, special=False, normalized=False) for t, k in zip(tokens, types) if k == USER_DEFINED])
end = tokens[number("tokenizer.ggml.eos_token_id")]
tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=end, pad_token="<|endoftext|>", clean_up_tokenization_spaces=False)
# The model's own template, with the mark by which TRL finds what the assistant says.
template = texts("tokenizer.chat_template")[0]
tokenizer.chat_template = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
ours = tokenizer.apply_chat_template(turns, tokenize=False)
theirs = tokenizer.apply_chat_template(turns, tokenize=False, chat_template=template)
assert ours == theirs, (ours, theirs)
tokenizer.save_pretrained(f"{folder}/causal")
shape = Qwen2Config(
    vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=2,
    pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
)
Qwen2ForCausalLM(shape).save_pretrained(f"{folder}/causal")
shape.num_labels = 2
Qwen2ForTokenClassification(shape).save_pretrained(f"{folder}/rewards")
tokenizer.save_pretrained(f"{folder}/rewards")
