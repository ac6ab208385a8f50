"""Checkpoint to GGUF and back: the averaged weights in F16, the tokenizer, the chat template, licence and description.

Responsible for the file's layout. `check_gguf.py` compares the result with torch token by token.
"""
import argparse

import gguf
import numpy as np
import torch

from reasoner import vocab as v
from reasoner.model import Reasoner, Shape

TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
DESCRIPTION = ("A tiny reasoner for number puzzles (Game of 24), trained from nothing on synthetic steps: solves in steps, rates paths 0 to 10, "
               "criticises and revises. Part of pleach; made so that its search has something to search. Knows nothing else.")
CONTEXT = 512


PARTS = (("attn_norm", "attn_norm"), ("ffn_norm", "ffn_norm"), ("q", "attn_q"), ("k", "attn_k"), ("v", "attn_v"), ("o", "attn_output"),
         ("gate", "ffn_gate"), ("up", "ffn_up"), ("down", "ffn_down"))  # a layer's tensors: our names, GGUF's


def load(path, average=True):
    """The model of a checkpoint or a GGUF, on the CPU, and how long it was trained (a GGUF doesn't say)."""
    if path.endswith(".gguf"):
        return read(path), {}
    c = torch.load(path, map_location="cpu", weights_only=True)
    model = Reasoner(Shape(**c["shape"]), v.NUMBER_OF)
    model.load_state_dict(c["average" if average else "model"])
    return model.eval(), {k: c[k] for k in ("step", "tokens", "elapsed")}


def write(model, path, kind="f16"):
    s = model.s
    w = gguf.GGUFWriter(path, "llama")
    w.add_name("pleach-reasoner")
    w.add_description(DESCRIPTION)
    w.add_license("MIT OR Apache-2.0")
    w.add_context_length(CONTEXT)
    w.add_embedding_length(s.width)
    w.add_block_count(s.layers)
    w.add_feed_forward_length(s.hidden)
    w.add_head_count(s.heads)
    w.add_head_count_kv(s.heads)
    w.add_layer_norm_rms_eps(s.eps)
    w.add_rope_freq_base(s.rope)
    w.add_rope_dimension_count(s.width // s.heads)
    w.add_vocab_size(s.vocab)
    w.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if kind == "f16" else gguf.LlamaFileType.ALL_F32)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("gpt-2")
    w.add_token_list([t for t, _ in v.TOKENS])
    w.add_token_types([k for _, k in v.TOKENS])
    w.add_token_merges([f"{a} {b}" for a, b in v.MERGES])
    w.add_bos_token_id(v.END_OF_TEXT)
    w.add_eos_token_id(v.IM_END)
    w.add_eot_token_id(v.IM_END)
    w.add_pad_token_id(v.END_OF_TEXT)
    w.add_add_bos_token(False)
    w.add_chat_template(TEMPLATE)

    def put(name, tensor):
        array = tensor.detach().float().numpy()
        w.add_tensor(name, array if array.ndim == 1 or kind != "f16" else array.astype(np.float16))

    put("token_embd.weight", model.table())
    put("output_norm.weight", model.norm)
    for i, layer in enumerate(model.layers):
        for ours, theirs in PARTS:
            put(f"blk.{i}.{theirs}.weight", getattr(layer, ours))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def read(path):
    """The model of a GGUF that `write` made. What the two forms of a number share is taken to be their mean: their sum is what counts."""
    r = gguf.GGUFReader(path)
    tensors = {t.name: torch.from_numpy(t.data.astype(np.float32)) for t in r.tensors}
    of = lambda key: r.get_field(f"llama.{key}").contents()
    table = tensors["token_embd.weight"]
    if table.shape[0] != v.SIZE:
        raise ValueError(f"{path} has {table.shape[0]} tokens, this recipe {v.SIZE}: train from nothing, or with the recipe that made the file")
    model = Reasoner(Shape(v.SIZE, of("embedding_length"), of("block_count"), of("attention.head_count"), of("feed_forward_length"),
                           of("rope.freq_base"), of("attention.layer_norm_rms_epsilon")), v.NUMBER_OF)
    number = torch.stack([table[[v.BARE[n], v.SPACED[n]]].mean(0) for n in range(v.NUMBERS)])
    state = {"emb": table - number[model.number_of] * model.is_number, "number": number, "norm": tensors["output_norm.weight"]}
    for i in range(len(model.layers)):
        state.update({f"layers.{i}.{ours}": tensors[f"blk.{i}.{theirs}.weight"] for ours, theirs in PARTS})
    model.load_state_dict(state)
    return model.eval()


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("checkpoint")
    p.add_argument("out")
    o = p.parse_args()
    model, at = load(o.checkpoint)
    write(model, o.out)
    print(o.out, at)
