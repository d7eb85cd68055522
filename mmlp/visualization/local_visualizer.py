"""The visualizer behind ``tools/test.py --show-dir``, the visualization hook and ``MMSegInferencer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dist import master_only
from mmengine.structures import PixelData
from mmseg.registry import VISUALIZERS
from mmseg.structures import SegDataSample
from mmseg.utils import dataset_aliases, get_classes
from mmseg.visualization import SegLocalVisualizer

from mmlp.media import write_image

from .captions import titled_panels
from .mask_overlay import PLATE_COLOR, draw_ignored, draw_mask

CLASSES = ('background', 'plate')
PALETTE = [[0, 0, 0], list(PLATE_COLOR)]
IGNORE_INDEX = 255


@VISUALIZERS.register_module()
class PlateLocalVisualizer(SegLocalVisualizer):
    """Draws plates over photos: a translucent fill, a crisp outline and a label with the plate's score.

    Unlike the toolbox's visualizer it leaves the background as it is, shows ignored pixels of the ground
    truth hatched in grey, and sets ground truth and prediction side by side under titles, the prediction
    with its IoU. A picture with the prediction alone has the size of the photo.

    Args:
        name: Name of the instance.
        image: The picture to begin with, RGB.
        vis_backends: Configs of the backends that pictures and scalars go to.
        save_dir: Folder of the backends.
        classes: Names of the labels; label 0 is never drawn. ``('background', 'plate')`` by default.
        palette: RGB colours of the labels.
        dataset_name: A data set of the toolbox to take classes and palette from.
        alpha: Strength of the overlay, 0..1: fills are ``alpha / 2`` opaque, so that the letters of a plate
            stay readable at 0.8, which ``MMSegInferencer`` sets whatever the config says.
        **kwargs: As in ``mmengine.visualization.Visualizer``.
    """

    def __init__(
        self,
        name: str = 'visualizer',
        image: np.ndarray | None = None,
        vis_backends: list | dict | None = None,
        save_dir: str | None = None,
        classes: Sequence[str] | None = None,
        palette: Sequence[Sequence[int]] | None = None,
        dataset_name: str | None = None,
        alpha: float = 0.8,
        **kwargs: Any,
    ) -> None:
        # The parent hands classes and palette on in the wrong order, hence not through it.
        super().__init__(name, image, vis_backends, save_dir, alpha=alpha, **kwargs)
        self.set_dataset_meta(classes, palette, dataset_name)

    def set_dataset_meta(
        self,
        classes: Sequence[str] | None = None,
        palette: Sequence[Sequence[int]] | None = None,
        dataset_name: str | None = None,
    ) -> None:
        """Sets names and colours of the labels; what is left out is that of plates, not of Cityscapes.

        So are classes of the data sets that come with the toolbox: its inference API guesses one of those
        when a checkpoint does not tell its classes.

        Args:
            classes: Names of the labels.
            palette: RGB colours of the labels.
            dataset_name: A data set of the toolbox to take both from where they are left out.

        Raises:
            ValueError: There are fewer or more colours than names.
        """
        if dataset_name is not None:
            super().set_dataset_meta(classes, palette, dataset_name)
            return
        if classes is not None and _is_guess(classes):
            classes = palette = None
        classes = CLASSES if classes is None else classes
        palette = PALETTE if palette is None else palette
        if len(classes) != len(palette):
            raise ValueError(f'palette has {len(palette)} colours for {len(classes)} classes: {classes}')
        self.dataset_meta = dict(classes=classes, palette=palette)

    @master_only
    def add_datasample(
        self,
        name: str,
        image: np.ndarray,
        data_sample: SegDataSample | None = None,
        draw_gt: bool = True,
        draw_pred: bool = True,
        show: bool = False,
        wait_time: float = 0,
        out_file: str | None = None,
        step: int = 0,
        with_labels: bool = True,
        with_image: bool = False,
    ) -> None:
        """Draws a sample, and shows it, writes it to a file, or hands it to the backends.

        Args:
            name: Name of the picture in the backends.
            image: RGB uint8 (H, W, 3).
            data_sample: With ``gt_sem_seg``, ``pred_sem_seg`` or both; ``seg_logits`` of one channel, as
                probabilities, give smooth outlines and scores.
            draw_gt: Draw the ground truth where there is one.
            draw_pred: Draw the prediction where there is one.
            show: Show it in a window.
            wait_time: How long, in seconds; 0 waits for a key.
            out_file: Write it there instead of to the backends.
            step: Step of the picture in the backends.
            with_labels: Write names and scores beside the plates.
            with_image: Set the photo itself to the left.

        Raises:
            ValueError: A mask has another aspect ratio than the image.
        """
        panels = [('Photo', image)] if with_image else []
        truth = _read_mask(data_sample, 'gt_sem_seg', image) if draw_gt else None
        prediction = _read_mask(data_sample, 'pred_sem_seg', image) if draw_pred else None
        if truth is not None:
            panels.append(('Ground truth', self._draw_truth(image, truth, with_labels)))
        if prediction is not None:
            probability = _read_probability(data_sample, image)
            drawn = self._draw_labels(image, prediction, with_labels, probability)
            panels.append((prediction_title(prediction, truth), drawn))
        if not panels:
            panels = [('Photo', image)]
        drawn = panels[0][1] if len(panels) == 1 else titled_panels(panels)
        self.set_image(drawn)
        if show:
            self.show(drawn, win_name=name, wait_time=wait_time)
        if out_file is not None:
            write_image(out_file, np.ascontiguousarray(drawn[..., ::-1]))
        else:
            self.add_image(name, drawn, step)

    def _draw_truth(self, image: np.ndarray, truth: np.ndarray, with_labels: bool) -> np.ndarray:
        drawn = draw_ignored(image, truth == IGNORE_INDEX)
        return self._draw_labels(drawn, truth, with_labels)

    def _draw_labels(
        self, image: np.ndarray, labels: np.ndarray, with_names: bool, probability: np.ndarray | None = None
    ) -> np.ndarray:
        meta = self.dataset_meta
        for label, (name, color) in enumerate(zip(meta['classes'], meta['palette'])):
            if label > 0:
                image = draw_mask(
                    image,
                    labels == label,
                    color=color,
                    opacity=self.alpha / 2,
                    label=name if with_names else None,
                    probability=probability,
                )
        return image


def _is_guess(classes: Sequence[str]) -> bool:
    return any(list(classes) == list(get_classes(name)) for name in dataset_aliases)


def _read_mask(sample: SegDataSample | None, field: str, image: np.ndarray) -> np.ndarray | None:
    """Labels of a sample, uint8 (H, W) in the size of the image; None where the sample has none."""
    if sample is None or field not in sample:
        return None
    data = _to_numpy(sample.get(field))
    if data.ndim == 3:
        data = data[0]
    height, width = image.shape[:2]
    if data.shape != (height, width):
        if abs(data.shape[0] * width - data.shape[1] * height) > 2 * max(height, width):
            raise ValueError(
                f'{field} is {data.shape[1]} x {data.shape[0]} pixels, the image {width} x {height}: draw on '
                'the image that the sample belongs to'
            )
        data = cv2.resize(data.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return data.astype(np.uint8)


def _read_probability(sample: SegDataSample, image: np.ndarray) -> np.ndarray | None:
    """Probabilities of a one-channel model, float32 (H, W); None without, or where they do not fit."""
    if 'seg_logits' not in sample:
        return None
    data = _to_numpy(sample.seg_logits)
    if data.shape != (1, *image.shape[:2]) or data.min() < 0 or data.max() > 1:
        return None
    return data[0].astype(np.float32)


def _to_numpy(field: PixelData) -> np.ndarray:
    data = field.data
    return data.detach().cpu().numpy() if isinstance(data, torch.Tensor) else np.asarray(data)


def prediction_title(prediction: np.ndarray, truth: np.ndarray | None) -> str:
    """The title, with the IoU of this picture where it holds any plate."""
    if truth is None:
        return 'Prediction'
    valid = truth != IGNORE_INDEX
    found, wanted = (prediction > 0) & valid, (truth > 0) & valid
    union = np.count_nonzero(found | wanted)
    if not union:
        return 'Prediction'
    return f'Prediction, IoU {100 * np.count_nonzero(found & wanted) / union:.1f} %'
