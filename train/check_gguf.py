"""Compares a GGUF in llama.cpp (the PyPI wheel xllamacpp) with torch: tokens of texts, the chat template, greedy continuations,
score probabilities. Exits 1 where tokens differ or fewer than 98 of 100 greedy continuations agree (ties aside).
"""
import argparse
import json
import random
import sys
import urllib.request

import torch
import torch.nn.functional as F
import xllamacpp

from export import load
from reasoner import sampler, vocab as v
from reasoner.data import Stream
from reasoner.figures import class_b, prompt
from reasoner.prompts import RATE, wordings

TIE = 0.02  # logits: what F16 weights and another order of sums may change


class LlamaCpp:
    def __init__(self, path):
        p = xllamacpp.CommonParams()
        p.model.path = path
        p.n_ctx, p.n_parallel, p.n_batch, p.n_ubatch = 1024, 1, 512, 512
        p.cpuparams.n_threads = p.cpuparams_batch.n_threads = 1
        p.warmup, p.port, p.special = False, 0, True
        p.n_gpu_layers = 0
        self.server = xllamacpp.Server(p)
        self.at = self.server.listening_address

    def post(self, path, **body):
        r = urllib.request.Request(self.at + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(r, timeout=60) as f:
            return json.load(f)

    def tokenize(self, text):
        return self.post("/tokenize", content=text, add_special=False, parse_special=True)["tokens"]

    def greedy(self, ids, n):
        return self.post("/completion", prompt=list(ids), n_predict=n, temperature=0, samplers=["temperature"], top_k=1, return_tokens=True,
                         cache_prompt=False)["tokens"]

    def scores(self, ids):
        r = self.post("/completion", prompt=list(ids), n_predict=1, temperature=1.0, samplers=["temperature"], n_probs=60, cache_prompt=False)
        return {t["id"]: t["logprob"] for t in r["completion_probabilities"][0]["top_logprobs"]}


def texts(rng):
    stream = Stream(99, 256)
    out = ["", " ", "héllo wörld 你好 🙂", "a\n\n b\tc  ", "(( 8 - 4 ) * 199) = 200 201 2024", "I don't know we'll see 110 101 1100", "Use\nUser Steps Make\n"]
    out += [f" {n} {n}" for n in (0, 9, 10, 99, 100, 101, 110, 111, 119, 190, 200, 201, 1234)]
    for _ in range(40):
        row = stream.row()
        end = rng.randrange(len(row.tokens))
        seen = row.ancestors[row.segments[end]]
        out.append(v.decode([t for i, t in enumerate(row.tokens[:end + 1]) if row.segments[i] in seen]))
    return out


def compare(path, model, n=100):
    """(greedy continuations alike, ties among the others, of how many, everything else alike), printed on the way."""
    rng, llama = random.Random(5), LlamaCpp(path)
    asked = texts(rng)
    bad = [t for t in asked if llama.tokenize(t) != list(v.encode(t))]
    print(f"tokenised alike: {len(asked) - len(bad)} of {len(asked)}")
    for t in bad[:3]:
        print("  ", repr(t), llama.tokenize(t), list(v.encode(t)))

    steps = "8 - 4 = 4 (left: 7 8 4)\n"
    chat = [{"role": "user", "content": wordings([4, 7, 8, 8], 24)[0]}, {"role": "assistant", "content": steps}, {"role": "user", "content": RATE}]
    templated = llama.post("/apply-template", messages=chat)["prompt"]
    template_alike = templated == v.decode(prompt([4, 7, 8, 8])) + steps + v.decode(sampler.RATE_TURN)
    print("chat template gives the training prompt:", template_alike)

    prompts, hands = [], class_b()
    for i in range(n):
        hand = list(hands[i % len(hands)])
        rng.shuffle(hand)
        prompts.append(prompt(hand, form=i % 10))
    alike, ties, worst = 0, 0, 0.0
    for i, (ids, ours) in enumerate(zip(prompts, sampler.generate(model, prompts, 0, limit=80))):
        theirs = llama.greedy(ids, 80)
        k = next((j for j, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
        if k >= len(ours) - 1:  # the server leaves out the closing mark
            alike += 1
        else:
            top = sampler.last_logits(model, [ids + ours[:k]])[0].topk(2).values
            tie = float(top[0] - top[1]) < TIE
            ties += tie
            print(f"   differs at {k}: top two logits {top.tolist()}{' (a tie)' if tie else ''}")
        if i < 30:
            rated = ids + [t for t in ours if t != v.IM_END] + sampler.RATE_TURN
            probs = F.softmax(sampler.last_logits(model, [rated])[0], -1)
            for t, lp in llama.scores(rated).items():
                if t in v.SCORES:
                    worst = max(worst, abs(float(probs[t]) - float(torch.tensor(lp).exp())))
    print(f"greedy alike: {alike} of {n} ({ties} ties); largest difference of a score's probability: {worst:.4f}")
    return alike, ties, n, not bad and template_alike


def main():
    p = argparse.ArgumentParser()
    p.add_argument("gguf")
    p.add_argument("checkpoint")
    p.add_argument("-n", type=int, default=100)
    o = p.parse_args()
    torch.set_num_threads(1)
    alike, ties, n, rest = compare(o.gguf, load(o.checkpoint)[0], o.n)
    sys.exit(0 if rest and alike + ties >= 0.98 * n else 1)


if __name__ == "__main__":
    main()
