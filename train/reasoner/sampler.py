"""Sampling from the torch model in batches with a key/value cache; and label probabilities at one position.

Responsible for everything that runs the network forward outside training: own samples for the rater, held-out figures, search trials.
"""
import torch
import torch.nn.functional as F

from . import vocab as v


def _left_padded(prompts):
    width = max(map(len, prompts))
    tokens = torch.zeros(len(prompts), width, dtype=torch.long)
    pad = torch.tensor([width - len(p) for p in prompts])
    for i, p in enumerate(prompts):
        tokens[i, width - len(p):] = torch.tensor(p)
    return tokens, pad


@torch.no_grad()
def generate(model, prompts, temperature, stop=(), limit=80, generator=None):
    """Continuations (lists of ids, the stop token included) of token prompts. temperature 0 is greedy."""
    tokens, pad = _left_padded(prompts)
    table, (n, width) = model.table(), tokens.shape
    stops = torch.tensor([v.IM_END, *stop])
    caches = model.caches(n, width + limit)
    out, alive = [[] for _ in prompts], torch.ones(n, dtype=torch.bool)
    slot = torch.arange(width)
    positions = (slot[None] - pad[:, None]).clamp(min=0)
    mask = (slot[None, None, :] <= slot[None, :, None]) & (slot[None, None, :] >= pad[:, None, None])
    mask |= torch.eye(width, dtype=torch.bool)[None]
    hidden = model(tokens, positions, mask[:, None], table, caches)
    for i in range(limit):
        logits = F.linear(hidden[:, -1], table)
        if temperature == 0:
            new = logits.argmax(-1)
        else:
            new = torch.multinomial(F.softmax(logits / temperature, -1), 1, generator=generator)[:, 0]
        for j, token, on in zip(range(n), new.tolist(), alive.tolist()):
            if on:
                out[j].append(token)
        alive &= ~torch.isin(new, stops)
        if not alive.any():
            break
        width += 1
        see = torch.arange(width)[None] >= pad[:, None]
        hidden = model(new[:, None], (width - 1 - pad)[:, None], see[:, None, None], table, caches)
    return out


@torch.no_grad()
def last_logits(model, prompts, chunk=256):
    """Logits after each prompt."""
    table, out = model.table(), []
    for at in range(0, len(prompts), chunk):
        tokens, pad = _left_padded(prompts[at:at + chunk])
        slot = torch.arange(tokens.shape[1])
        positions = (slot[None] - pad[:, None]).clamp(min=0)
        mask = (slot[None, None, :] <= slot[None, :, None]) & (slot[None, None, :] >= pad[:, None, None])
        mask |= torch.eye(len(slot), dtype=torch.bool)[None]
        out.append(F.linear(model(tokens, positions, mask[:, None], table)[:, -1], table))
    return torch.cat(out)


RATE_TURN = [v.IM_END, v.USER, v.ID[v.RATE], v.IM_END, v.ASSISTANT]
CRITIQUE_TURN = [v.IM_END, v.USER, v.ID[v.CRITIQUE], v.IM_END, v.ASSISTANT]


def rate(model, paths):
    """(expected score in [0, 1], probability mass on the labels) of each path, its tokens without the closing <|im_end|>."""
    if not paths:
        return [], []
    p = F.softmax(last_logits(model, [list(x) + RATE_TURN for x in paths]), -1)[:, v.SCORES]
    mass = p.sum(-1)
    return ((p @ torch.arange(11.0)) / mass / 10).tolist(), mass.tolist()
