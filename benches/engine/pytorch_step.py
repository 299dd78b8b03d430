"""The training steps of crates/engine/examples/workload in PyTorch, as its users write them.

Eager by default, Adam in one fused kernel, gradients given up after each step.
"""

import torch
from torch import nn

import workloads as w


def block(inputs, width):
    return [nn.Linear(inputs, width), nn.BatchNorm1d(width, eps=w.NORM_EPSILON, momentum=1 - w.NORM_MOMENTUM), nn.ReLU(), nn.Dropout(w.DROPOUT)]


class Masked(nn.Module):
    """A Pseudo-Mask Imputer of two hidden layers."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(*block(2 * w.GENES + w.COVARIATES, 1_024), *block(1_024, 1_024), nn.Linear(1_024, w.GENES))
        self.named = {"main.block1": self.net[0], "main.block2": self.net[4], "main.head.output": self.net[8]}

    def forward(self, values):
        return self.net(values)


class Embedded(nn.Module):
    """The published Pseudo-Mask Imputer."""

    def __init__(self):
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(levels, width) for levels, width in w.LEVELS.values())
        width = 2 * w.GENES + 1 + sum(width for _, width in w.LEVELS.values())
        self.net = nn.Sequential(*block(width, 3_072), nn.Linear(3_072, w.GENES))
        self.named = {"main.block1": self.net[0], "main.head.output": self.net[4],
                      **{f"input.{name}.table": table for name, table in zip(w.LEVELS, self.embeddings)}}

    def forward(self, visible, age, sex, cohort, tissue, mask):
        embedded = [table(level) for table, level in zip(self.embeddings, (sex, cohort, tissue))]
        return self.net(torch.cat([visible, age, *embedded, mask], dim=1))


class Translated(nn.Module):
    """TDimpute."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(w.SITES, 4_000), nn.Sigmoid(), nn.Linear(4_000, w.TRANSLATED), nn.Sigmoid())
        self.named = {"main.block1": self.net[0], "main.head.output": self.net[2]}

    def forward(self, sites):
        return self.net(sites)


class Networks(nn.Module):
    """DeepImpute: a network after the other."""

    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleList(
            nn.Sequential(nn.Linear(w.PREDICTORS, 256), nn.ReLU(), nn.Dropout(w.DROPOUT), nn.Linear(256, w.TARGETS), nn.Softplus())
            for _ in range(w.NETWORKS))
        self.named = {f"network{number}.{name}": net[at] for number, net in enumerate(self.nets)
                      for name, at in (("block1", 0), ("head.output", 3))}

    def forward(self, *inputs):
        return torch.cat([net(values) for net, values in zip(self.nets, inputs)], dim=1)


class Batched(nn.Module):
    """DeepImpute: the same layer of all networks in one batched product."""

    def __init__(self):
        super().__init__()
        self.kernels = nn.ParameterList(nn.Parameter(torch.randn(w.NETWORKS, inputs, outputs) / inputs**0.5)
                                        for inputs, outputs in ((w.PREDICTORS, 256), (256, w.TARGETS)))
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(w.NETWORKS, 1, outputs)) for outputs in (256, w.TARGETS))
        self.dropout = nn.Dropout(w.DROPOUT)

    def forward(self, *inputs):
        hidden = self.dropout(torch.relu(torch.baddbmm(self.biases[0], torch.stack(inputs), self.kernels[0])))
        outputs = nn.functional.softplus(torch.baddbmm(self.biases[1], hidden, self.kernels[1]))
        return outputs.transpose(0, 1).reshape(len(inputs[0]), -1)


def masked_error(output, target, hidden):
    return (((output - target).square() * hidden).sum(1) / (hidden.sum(1) + 1e-7)).mean()


def root_error(output, target, _):
    return (output - target).square().mean().sqrt()


def weighted_error(output, target, _):
    # The mean over the entries of each network, summed over networks.
    return (target * (output - target).square()).mean() * w.NETWORKS


MODELS = {"w1": (Masked, masked_error), "w2": (Translated, root_error), "w3": (Networks, weighted_error), "pmi": (Embedded, masked_error)}


def set_weights(model):
    """The start that `workload --check` makes."""
    with torch.no_grad():
        for name, layer in model.named.items():
            matrix, name = (layer.weight.T, name + ".kernel") if isinstance(layer, nn.Linear) else (layer.weight, name)
            for first, rows in w.weight_rows(name, *matrix.shape):
                matrix[first:first + len(rows)] = torch.from_numpy(rows)
            if isinstance(layer, nn.Linear):
                layer.bias.zero_()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0


def same_epsilon(optimizer):
    """The epsilon of the paper's "epsilon hat" form, as ours and Keras have it: beside the root before its correction, not after."""
    optimizer.updates = getattr(optimizer, "updates", 0) + 1
    for group in optimizer.param_groups:
        group["eps"] = w.EPSILON / (1 - group["betas"][1] ** optimizer.updates) ** 0.5


def main():
    parser = w.arguments(__doc__)
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default %(default)s)")
    parser.add_argument("--compile", action="store_true", help="torch.compile over the forward pass and the loss")
    parser.add_argument("--tf32", action="store_true", help="products in TF32 where the device has it")
    parser.add_argument("--batched", action="store_true", help="w3 with batched products")
    given = w.parsed(parser)
    torch.set_num_threads(given.threads)
    torch.manual_seed(1)
    if given.tf32:
        torch.set_float32_matmul_precision("high")
    model, loss_of = MODELS[given.workload]
    model = Batched() if given.batched else model()
    if given.check:
        set_weights(model)
    model.to(given.device)
    inputs, target, hidden = w.samples(given.workload, given.batch)
    inputs = [torch.from_numpy(values).to(given.device) for values in inputs]
    target, hidden = (None if values is None else torch.from_numpy(values).to(given.device) for values in (target, hidden))
    optimizer = torch.optim.Adam(model.parameters(), lr=w.LEARNING_RATE, eps=w.EPSILON, fused=True)

    def forward():
        return loss_of(model(*inputs), target, hidden)

    if given.compile:
        forward = torch.compile(forward)

    def step():
        if given.check:
            same_epsilon(optimizer)
        optimizer.zero_grad(set_to_none=True)
        loss = forward()
        loss.backward()
        optimizer.step()
        return loss.detach()

    print(sum(p.numel() for p in model.parameters()), "parameters")
    cuda = given.device.startswith("cuda")
    w.measure("PyTorch", given, step, torch.cuda.synchronize if cuda else lambda: None)
    if cuda:
        print(f"device peak {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
