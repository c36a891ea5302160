"""A multilayer perceptron with the habits that torchstyle finds. It runs, before and after the fix."""

import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 256)
        self.activation = nn.ReLU()
        self.output = nn.Linear(256, 10)

    def forward(self, X):
        return self.output(self.activation(self.hidden(X)))


net = MLP()
X = torch.rand(2, 784)

logits = net.forward(X)
probabilities = torch.softmax(logits, dim=-1)
positive = torch.relu(logits)
pairs = torch.bilinear(logits, positive, torch.ones(3, 10, 10) / 100)
mean, variance = logits.mean(0).detach(), logits.var(0).detach()
scale, shift = torch.full((10,), 2.0), torch.full((10,), 0.5)
normed = torch.batch_norm(logits, scale, shift, mean, variance, False, 0.1, 1e-5, True)
