"""The training step of crates/engine/examples/pmi_step.rs in PyTorch.

usage: python pytorch_step.py THREADS STEPS
"""

import sys
import time

import torch
from torch import nn

GENES, HIDDEN, SAMPLES = 12_557, 3_072, 32
LEVELS = [(2, 2), (3, 2), (49, 8)]  # sex, cohort, tissue: levels and width of the embedding

threads, steps = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)


class Pmi(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(levels, width) for levels, width in LEVELS)
        width = 2 * GENES + 1 + sum(width for _, width in LEVELS)
        self.net = nn.Sequential(nn.Linear(width, HIDDEN), nn.BatchNorm1d(HIDDEN, eps=1e-3, momentum=0.01),
                                 nn.ReLU(), nn.Dropout(0.2), nn.Linear(HIDDEN, GENES))

    def forward(self, visible, age, levels, mask):
        embedded = [embedding(level) for embedding, level in zip(self.embeddings, levels)]
        return self.net(torch.cat([visible, age, *embedded, mask], dim=1))


model = Pmi()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, eps=1e-7, fused=True)
values = torch.randn(SAMPLES, GENES)
mask = (torch.rand(SAMPLES, GENES) < 0.5).float()
visible, hidden = values * mask, 1 - mask
age = torch.arange(SAMPLES).float()[:, None] / SAMPLES
levels = [torch.arange(SAMPLES) % count for count, _ in LEVELS]


def step():
    optimizer.zero_grad(set_to_none=True)
    estimates = model(visible, age, levels, mask)
    squared = (estimates - values).square() * hidden
    loss = (squared.sum(1) / hidden.sum(1)).mean()
    loss.backward()
    optimizer.step()
    return loss


print(sum(p.numel() for p in model.parameters()), "parameters")
for _ in range(2):
    print("loss", step().item())
cpu, wall = time.process_time(), time.perf_counter()
for _ in range(steps):
    last = step()
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(f"loss {last.item()}, {threads} threads: {1e3 * cpu / steps:.1f} CPU ms per step, {1e3 * wall / steps:.1f} wall ms per step")
