"""The network: a small llama (RMSNorm, RoPE on interleaved pairs, SwiGLU, tied embeddings), exactly as llama.cpp computes it.

Responsible for: the forward pass over packed trees (training) and over a key/value cache (sampling).
"""
from dataclasses import dataclass, asdict

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Shape:
    vocab: int
    width: int = 128
    layers: int = 4
    heads: int = 4
    hidden: int = 384
    rope: float = 10000.0
    eps: float = 1e-5

    def to_dict(self):
        return asdict(self)


def rotate(x, cos, sin):
    """RoPE on interleaved pairs. x: [B, H, T, D], cos and sin: [B, 1, T, D/2]."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, s: Shape):
        super().__init__()
        self.s = s
        self.attn_norm = nn.Parameter(torch.ones(s.width))
        self.ffn_norm = nn.Parameter(torch.ones(s.width))

        def matrix(out, inp, gain=1.0):
            return nn.Parameter(torch.randn(out, inp) * gain * inp ** -0.5)

        small = (2 * s.layers) ** -0.5
        self.q = matrix(s.width, s.width)
        self.k = matrix(s.width, s.width)
        self.v = matrix(s.width, s.width)
        self.o = matrix(s.width, s.width, small)
        self.gate = matrix(s.hidden, s.width)
        self.up = matrix(s.hidden, s.width)
        self.down = matrix(s.width, s.hidden, small)

    def forward(self, x, cos, sin, mask, cache=None):
        s, (b, t, _) = self.s, x.shape
        h = F.rms_norm(x, (s.width,), self.attn_norm, s.eps)
        qkv = F.linear(h, torch.cat((self.q, self.k, self.v)))
        q, k, v = qkv.view(b, t, 3, s.heads, -1).permute(2, 0, 3, 1, 4)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is not None:
            keys, values, at = cache
            keys[:, :, at:at + t], values[:, :, at:at + t] = k, v
            k, v = keys[:, :, :at + t], values[:, :, :at + t]
            cache[2] = at + t
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + F.linear(a.transpose(1, 2).reshape(b, t, s.width), self.o)
        h = F.rms_norm(x, (s.width,), self.ffn_norm, s.eps)
        g, u = F.linear(h, torch.cat((self.gate, self.up))).chunk(2, -1)
        return x + F.linear(F.silu(g) * u, self.down)


class Reasoner(nn.Module):
    """`number_of[token]` is the index of the number that the token writes, or -1: both forms of a number (`24` and ` 24`)
    share one learned vector, added to each form's own."""

    def __init__(self, s: Shape, number_of):
        super().__init__()
        self.s = s
        ids = torch.tensor(number_of)
        self.register_buffer("number_of", ids.clamp(min=0), persistent=False)
        self.register_buffer("is_number", (ids >= 0).float()[:, None], persistent=False)
        self.emb = nn.Parameter(torch.randn(s.vocab, s.width) * 0.02)
        self.number = nn.Parameter(torch.randn(int(ids.max()) + 1, s.width) * 0.02)
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.norm = nn.Parameter(torch.ones(s.width))
        half = s.width // s.heads // 2
        self.register_buffer("freq", s.rope ** (-torch.arange(half).float() / half), persistent=False)

    def matrices(self):
        return [p for layer in self.layers for p in layer.parameters() if p.ndim == 2]

    def others(self):
        big = {id(p) for p in self.matrices()}
        return [p for p in self.parameters() if id(p) not in big]

    def table(self):
        return self.emb + self.number[self.number_of] * self.is_number

    def caches(self, rows, length):
        """Room for the keys and values of `length` tokens of each row: [keys, values, filled] a layer."""
        size = (rows, self.s.heads, length, self.s.width // self.s.heads)
        return [[torch.empty(size), torch.empty(size), 0] for _ in self.layers]

    def forward(self, tokens, positions, mask, table=None, caches=None):
        """Hidden states after the last norm. tokens, positions: [B, T]; mask: additive or boolean, [B, 1, T, S]."""
        table = self.table() if table is None else table
        x = F.embedding(tokens, table)
        angle = positions[:, None, :, None].float() * self.freq
        cos, sin = angle.cos(), angle.sin()
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, mask, None if caches is None else caches[i])
        return F.rms_norm(x, (self.s.width,), self.norm, self.s.eps)
