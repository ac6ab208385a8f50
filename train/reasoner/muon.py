"""Muon: momentum whose matrix updates are orthogonalised (Newton-Schulz), each process doing its share of the matrices.

Responsible for the update of the layers' matrices; the rest of the network is trained by AdamW.
"""
import torch
import torch.distributed as dist


def orthogonal(x, precision, rounds=5):
    """The nearest orthogonal matrices of a batch [N, R, C] with R <= C, roughly (singular values within 0.7 to 1.2)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    x = x.to(precision)
    for _ in range(rounds):
        g = x @ x.mT
        x = a * x + (b * g + c * (g @ g)) @ x
    return x.float()


class Muon:
    def __init__(self, matrices, precision, momentum=0.95, decay=0.02, rank=0, world=1):
        self.matrices, self.momentum, self.decay, self.rank, self.world = list(matrices), momentum, decay, rank, world
        self.precision = precision
        self.buffers = [torch.zeros_like(p) for p in self.matrices]
        self.groups = {}
        for i, p in enumerate(self.matrices):
            self.groups.setdefault(tuple(sorted(p.shape)), []).append(i)

    @torch.no_grad()
    def step(self, lr):
        updates = [torch.zeros_like(p) for p in self.matrices]
        for group in self.groups.values():
            mine, stack = group[self.rank::self.world], []
            for i in mine:
                grad, buffer = self.matrices[i].grad, self.buffers[i]
                buffer.lerp_(grad, 1 - self.momentum)
                x = grad.lerp(buffer, self.momentum)
                stack.append(x if x.shape[0] <= x.shape[1] else x.T)
            if mine:
                for i, u in zip(mine, orthogonal(torch.stack(stack), self.precision)):
                    p = self.matrices[i]
                    updates[i] = (u if p.shape[0] <= p.shape[1] else u.T) * max(1, p.shape[0] / p.shape[1]) ** 0.5
        if self.world > 1:
            flat = torch.cat([u.reshape(-1) for u in updates])
            dist.all_reduce(flat)
            at = 0
            for i, p in enumerate(self.matrices):
                updates[i] = flat[at:at + p.numel()].view_as(p)
                at += p.numel()
        for p, u in zip(self.matrices, updates):
            p.mul_(1 - lr * self.decay).sub_(u, alpha=lr)

    def state(self):
        return self.buffers

    def load(self, buffers):
        for mine, saved in zip(self.buffers, buffers):
            mine.copy_(saved)
