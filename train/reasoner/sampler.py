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
    """Continuations (lists of ids, the stop token included) of token prompts. temperature 0 is greedy.

    Equal prompts are read once; rows that have ended leave the batch now and then."""
    distinct = {p: i for i, p in enumerate(dict.fromkeys(map(tuple, prompts)))}
    tokens, pad = _left_padded(list(distinct))
    table, width, n = model.table(), tokens.shape[1], len(prompts)
    stops = torch.tensor([v.IM_END, *stop])
    slot = torch.arange(width)
    positions = (slot[None] - pad[:, None]).clamp(min=0)
    mask = (slot[None, None, :] <= slot[None, :, None]) & (slot[None, None, :] >= pad[:, None, None])
    mask |= torch.eye(width, dtype=torch.bool)[None]
    read = model.caches(len(distinct), width)
    last = model(tokens, positions, mask[:, None], table, read)[:, -1]
    of = torch.tensor([distinct[tuple(p)] for p in prompts])
    last, pad, caches = last[of], pad[of], model.caches(n, width + limit)
    for new, old in zip(caches, read):
        new[0][:, :, :width], new[1][:, :, :width], new[2] = old[0][of], old[1][of], width
    out, rows, ended = [[] for _ in prompts], list(range(n)), [False] * n
    for _ in range(limit):
        logits = F.linear(last, table)
        if temperature == 0:
            new = logits.argmax(-1)
        else:
            new = torch.multinomial(F.softmax(logits / temperature, -1), 1, generator=generator)[:, 0]
        stopped = torch.isin(new, stops).tolist()
        for at, (row, token) in enumerate(zip(rows, new.tolist())):
            if not ended[at]:
                out[row].append(token)
                ended[at] = stopped[at]
        live = [at for at, over in enumerate(ended) if not over]
        if not live:
            break
        if len(live) < 0.75 * len(rows):
            keep = torch.tensor(live)
            rows, ended = [rows[at] for at in live], [False] * len(live)
            new, pad = new[keep], pad[keep]
            caches = [[keys[keep], values[keep], filled] for keys, values, filled in caches]
        width += 1
        see = torch.arange(width)[None] >= pad[:, None]
        last = model(new[:, None], (width - 1 - pad)[:, None], see[:, None, None], table, caches)[:, -1]
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
    distinct = {p: i for i, p in enumerate(sorted(set(map(tuple, paths)), key=len))}  # equal ones are read once, and few pads are
    p = F.softmax(last_logits(model, [list(x) + RATE_TURN for x in distinct]), -1)[:, v.SCORES]
    p = p[[distinct[tuple(x)] for x in paths]]
    mass = p.sum(-1)
    return ((p @ torch.arange(11.0)) / mass / 10).tolist(), mass.tolist()
