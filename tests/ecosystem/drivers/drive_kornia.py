"""Runs kornia's models, losses and layers with random weights, on the CPU."""

import kornia
import torch
from kornia.contrib.edge_detection import EdgeDetector
from kornia.feature import ALIKED
from kornia.feature.xfeat import XFeat
from kornia.losses import (
    mutual_information_loss,
    mutual_information_loss_2d,
    mutual_information_loss_3d,
    normalized_mutual_information_loss,
    normalized_mutual_information_loss_2d,
    normalized_mutual_information_loss_3d,
)
from kornia.models.segmentation.base import SemanticSegmentation
from kornia.models.yunet import YuNet

torch.manual_seed(0)
image = torch.rand(1, 3, 64, 64)


def enhance() -> None:
    gray = torch.rand(2, 1, 32, 32, requires_grad=True)
    kornia.enhance.equalize_clahe(gray, slow_and_differentiable=True).sum().backward()


def subpixel() -> None:
    heatmap = torch.rand(1, 2, 9, 9, requires_grad=True)
    kornia.geometry.subpix.spatial_softmax2d(heatmap).sum().backward()
    kornia.geometry.subpix.render_gaussian2d(
        torch.zeros(1, 2, requires_grad=True), torch.ones(1, 2), (8, 8)
    ).sum().backward()
    kornia.geometry.subpix.conv_soft_argmax2d(heatmap, (3, 3), output_value=True)
    kornia.geometry.subpix.conv_soft_argmax3d(torch.rand(1, 1, 3, 9, 9), (3, 3, 3), output_value=True)


def hausdorff() -> None:
    prediction = torch.rand(2, 3, 8, 8, requires_grad=True)
    kornia.losses.HausdorffERLoss()(prediction, torch.randint(3, (2, 1, 8, 8))).backward()
    kornia.losses.HausdorffERLoss3D()(torch.rand(1, 2, 6, 6, 6), torch.randint(2, (1, 1, 6, 6, 6)))


def mutual_information() -> None:
    for loss, shape in (
        (mutual_information_loss, (2, 100)),
        (mutual_information_loss_2d, (2, 10, 10)),
        (mutual_information_loss_3d, (2, 4, 5, 5)),
        (normalized_mutual_information_loss, (2, 100)),
        (normalized_mutual_information_loss_2d, (2, 10, 10)),
        (normalized_mutual_information_loss_3d, (2, 4, 5, 5)),
    ):
        loss(torch.rand(shape, requires_grad=True), torch.rand(shape)).sum().backward()


def registration() -> None:
    kornia.geometry.transform.Similarity(True, True, True).forward_inverse().sum().backward()


def features() -> None:
    kornia.feature.steerers.DiscreteSteerer(torch.rand(8, 8)).steer_descriptions(torch.rand(5, 8), 3)
    with torch.no_grad():
        XFeat(top_k=64).eval().match_xfeat_star(image, image.flip(-1))
        ALIKED().eval()(image)


def detection() -> None:
    with torch.no_grad():
        YuNet("test", False).eval()(image)


def threshold() -> None:
    transform = kornia.filters.OtsuThreshold()
    transform(torch.rand(1, 1, 16, 16, requires_grad=True), 16, slow_and_differentiable=True)[0].sum().backward()


class Sized(torch.nn.Module):
    """The images, and the size of each."""

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, list[tuple[int, int]]]:
        return images, [(image.shape[-2], image.shape[-1]) for image in images]


class First(torch.nn.Module):
    """The images without their sizes."""

    def forward(self, images: torch.Tensor, sizes: object) -> torch.Tensor:
        return images


def wrappers() -> None:
    edges = torch.nn.Sequential(torch.nn.Conv2d(3, 1, 1), torch.nn.Sigmoid())
    EdgeDetector(edges, Sized(), First()).visualize(image)
    masks = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torch.nn.Softmax(1))
    SemanticSegmentation(masks, torch.nn.Identity(), torch.nn.Identity()).visualize(image)


if __name__ == "__main__":
    for step in (
        enhance,
        subpixel,
        hausdorff,
        mutual_information,
        registration,
        features,
        detection,
        threshold,
        wrappers,
    ):
        step()
