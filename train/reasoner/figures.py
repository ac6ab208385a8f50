"""Figures on reserved puzzles: solve rates, validity, rating AUCs, critiques, revisions.

Responsible for measuring; `evaluate.py` prints them all, the trainer logs `quick`.
"""
import random

import torch

from . import puzzle, sampler, vocab as v
from .own import generate_texts, replay
from .paths import Tree
from .prompts import wordings
from .rows import Full, Row


def class_b():
    """The solvable Game of 24 hands of class (b), all four residues."""
    return [h for h in puzzle.CLASSIC if puzzle.in_class_b(h) and puzzle.solvable(h, 24)]


def three_modulo_17():
    """Those whose sum of cubes is 3 modulo 17, the first rule: 79 of them."""
    return [h for h in class_b() if sum(n ** 3 for n in h) % 17 == 3]


def prompt(numbers, target=24, form=0):
    text = wordings(numbers, target)[form]
    return list(v.encode(f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"))


def judged(numbers, target, text):
    """The states of a sampled path, each with its truth."""
    tree = Tree(Row(10_000), random.Random(0), numbers, target, [v.USER_FIRST])
    try:
        return tree, replay(tree, text.replace("<|im_end|>", ""))
    except Full:
        return tree, []


def solved(numbers, target, text):
    lines = text.replace("<|im_end|>", "").strip().split("\n")
    return puzzle.check_answer(numbers, target, lines[-1])


def auc(good, bad):
    """The chance that a good one is rated above a bad one, ties half; None without both."""
    if not good or not bad:
        return None
    both = sorted([(x, 1) for x in good] + [(x, 0) for x in bad])
    rank, i, total = 0.0, 0, 0.0
    while i < len(both):
        j = i
        while j < len(both) and both[j][0] == both[i][0]:
            j += 1
        total += sum(1 for k in range(i, j) if both[k][1]) * (i + j + 1) / 2
        i = j
    return (total - len(good) * (len(good) + 1) / 2) / (len(good) * len(bad))


def samples(model, hands, many, temperature, seed=0, target=24):
    """[(hand, [texts])]"""
    generator = torch.Generator().manual_seed(seed)
    prompts = [prompt(h, target) for h in hands for _ in range(many)]
    texts = []
    for at in range(0, len(prompts), 320):
        texts += generate_texts(model, prompts[at:at + 320], temperature, generator)
    return [(h, texts[i * many:(i + 1) * many]) for i, h in enumerate(hands)]


def rated_states(model, sampled, target=24, wanted=lambda state: True):
    """Every wanted state of sampled paths with its expected score: [(state, score, mass, tokens)]."""
    states, paths = [], []
    for hand, texts in sampled:
        for text in texts:
            tree, reached = judged(hand, target, text)
            at = prompt(hand, target)
            for s in reached:
                at = at + list(v.encode(s.text + ("" if s.final else "\n")))
                if not s.skip and wanted(s):
                    states.append(s)
                    paths.append(at)
    scores, mass = sampler.rate(model, paths)
    return [(s, x, m, len(p)) for s, x, m, p in zip(states, scores, mass, paths)]


def rating_sets(rated):
    """The expected scores of own samples, good ones and bad ones: solvable or not after 1, 2, 3 steps; sound steps and slips (`slip`), steps
    that keep the target within reach and slips (`slip_alive`); right and wrong answers."""
    out = {}
    for k in (1, 2, 3):
        sound = [(s, x) for s, x, _, _ in rated if s.sound and not s.final and s.count == k]
        out[f"depth{k}"] = [x for s, x in sound if not s.dead], [x for s, x in sound if s.dead]
    steps = [(s, x) for s, x, _, _ in rated if not s.final and s.parent.sound]
    slips = [x for s, x in steps if not s.sound]
    out["slip"] = [x for s, x in steps if s.sound], slips
    out["slip_alive"] = [x for s, x in steps if s.sound and not s.dead], slips
    answers = [(s, x) for s, x, _, _ in rated if s.final == "answer"]
    out["answer"] = [x for s, x in answers if s.sound], [x for s, x in answers if not s.sound]
    return out


def rating_figures(rated):
    """The AUC of each of the sets, the least label mass, and how many cases there are."""
    sets = rating_sets(rated)
    out = {key: auc(*both) for key, both in sets.items()}
    out["mass"] = min((m for _, _, m, _ in rated), default=None)
    out["counts"] = {"states": len(rated), "slips": len(sets["slip"][1]), "right_answers": len(sets["answer"][0]),
                     "wrong_answers": len(sets["answer"][1])}
    return out


def quick(model):
    """A minute's look while training: class (b), greedy and 8 samples a hand."""
    hands = class_b()
    greedy = [solved(h, 24, t[0]) for h, t in samples(model, hands, 1, 0)]
    sampled = samples(model, hands, 8, 0.8)
    any_right = [any(solved(h, 24, t) for t in ts) for h, ts in sampled]
    rated = rated_states(model, [(h, ts[:3]) for h, ts in sampled])
    steps = [s for s, _, _, _ in rated if not s.final and s.parent.sound]
    figures = rating_figures(rated)
    shorten = lambda x: round(x, 3) if isinstance(x, float) else x
    return {"greedy": shorten(sum(greedy) / len(greedy)), "pass8": shorten(sum(any_right) / len(any_right)),
            "valid": shorten(sum(s.sound for s in steps) / max(1, len(steps))), **{k: shorten(x) for k, x in figures.items()}}
