"""Runs torch_geometric's convolutions, pooling and explainers on a small random graph, on the CPU."""

import torch
from torch_geometric import nn as gnn
from torch_geometric.explain import Explainer, GraphMaskExplainer

torch.manual_seed(0)
x = torch.rand(8, 3, requires_grad=True)
edges = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 7, 0, 2], [1, 2, 3, 4, 5, 6, 7, 0, 4, 6]])


def convolutions() -> None:
    for conv in (gnn.ChebConv(3, 4, K=3), gnn.MixHopConv(3, 4), gnn.TAGConv(3, 4)):
        conv(x, edges).sum().backward()


def meshes() -> None:
    features = torch.rand(6, 4)
    adjacent = torch.stack([torch.arange(6).repeat_interleave(4), torch.randint(6, (24,))])
    gnn.MeshCNNConv(4, 5)(features, adjacent).sum().backward()


def pooling() -> None:
    dense, adjacency, assigned = torch.rand(2, 5, 3), torch.rand(2, 5, 5), torch.rand(2, 5, 4, requires_grad=True)
    gnn.dense_diff_pool(dense, adjacency, assigned)[0].sum().backward()
    gnn.dense_mincut_pool(dense, adjacency, assigned)[0].sum().backward()
    gnn.DMoNPooling(3, 2)(dense, adjacency)
    gnn.JumpingKnowledge("lstm", channels=4, num_layers=2)([torch.rand(8, 4), torch.rand(8, 4)]).sum().backward()


def signed() -> None:
    model = gnn.SignedGCN(3, 4, num_layers=2)
    model.loss(model(x.detach(), edges, edges.flip(0)), edges, edges.flip(0)).backward()


class GCN(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = gnn.GCNConv(3, 4)
        self.out = gnn.GCNConv(4, 2)

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        return self.out(self.conv(x, edge_index).relu(), edge_index)


def explainers() -> None:
    explainer = Explainer(
        GCN(),
        GraphMaskExplainer(2, epochs=2, log=False),
        explanation_type="model",
        node_mask_type="attributes",
        edge_mask_type="object",
        model_config={"mode": "multiclass_classification", "task_level": "node", "return_type": "raw"},
    )
    explainer(x.detach(), edges, index=0)


if __name__ == "__main__":
    for step in (convolutions, meshes, pooling, signed, explainers):
        step()
