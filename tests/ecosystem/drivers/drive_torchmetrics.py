"""Runs torchmetrics' image, classification and wrapper metrics on random values, on the CPU."""

import torch
from torchmetrics import MeanSquaredError
from torchmetrics.classification import MulticlassCalibrationError
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as ms_ssim
from torchmetrics.wrappers import MetricInputTransformer, Running


class Halved(MetricInputTransformer):
    """Halves predictions before they are measured."""

    def transform_pred(self, pred: torch.Tensor) -> torch.Tensor:
        return pred / 2


def images() -> None:
    one, other = torch.rand(2, 3, 192, 192, requires_grad=True), torch.rand(2, 3, 192, 192)
    ms_ssim(one, other, data_range=1.0, normalize="relu").backward()


def logits() -> None:
    metric = MulticlassCalibrationError(num_classes=3)
    for _ in range(3):
        metric.update(torch.randn(8, 3), torch.randint(3, (8,)))
    print(metric.compute())


def wrappers() -> None:
    for metric in (Running(MeanSquaredError(), window=2), Halved(MeanSquaredError())):
        for _ in range(5):
            metric(torch.rand(4), torch.rand(4))
        print(metric.compute())


if __name__ == "__main__":
    torch.manual_seed(0)
    for step in (images, logits, wrappers):
        step()
