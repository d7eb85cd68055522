"""The metric that validation, ``save_best`` and the test tool report."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.dist import all_gather_object, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger, print_log
from mmseg.registry import METRICS
from prettytable import PrettyTable

from mmlp.media import write_image

from .components import IGNORE_INDEX, MaskComparison, compare_masks
from .scores import HEIGHT_BINS, summarize_scores


@METRICS.register_module()
class PlateMetric(BaseMetric):
    """Scores of a plate segmenter: of pixels, of pictures and of plates.

    Every score is a percentage rounded to two decimals; see :func:`~mmlp.evaluation.summarize_scores` for
    their names and definitions, and :func:`~mmlp.evaluation.compare_masks` for what a plate and a hit are.
    A model that finds nothing scores 0, and no score is ever nan.

    ``save_best`` follows any of them: ``dict(type='CheckpointHook', save_best='plate_iou')``.

    Masks are compared at the size of the annotation, that is of the original picture. The metric
    ``plate_iou_per_image`` is otherwise the one of the original ``pytorch-licenseplate-segmentation``,
    which compares at the network's input size.

    Args:
        threshold (float, optional): Probability above which a pixel is called plate. Default: None, take
            the mask that the model decided on (``pred_sem_seg``).
        iou_threshold (float): Least IoU of a predicted plate with its ground truth. Default: 0.5.
        coverage_threshold (float): Share of a plate's pixels from which on it counts as covered.
            Default: 0.95.
        min_area (int): Components with fewer pixels are not counted as plates. Default: 0.
        ignore_index (int): Value of ignored pixels in the ground truth. Default: 255.
        output_dir (str, optional): Folder for the predicted masks, ``NAME.png`` with 0 and 255.
            Default: None.
        format_only (bool): Only write the masks, for pictures without ground truth. Default: False.
        collect_device (str): Device for collecting results over processes, 'cpu' or 'gpu'. Default: 'cpu'.
        prefix (str, optional): Put before the names of the scores, with a slash. Default: None.
        keep_results (bool): Not used; the toolbox's own test tool sets it for ``--out``. Default: False.

    Raises:
        ValueError: A threshold is out of range, or ``format_only`` without ``output_dir``.
    """

    #: None in place of it would have the toolbox warn that names are without a prefix.
    default_prefix = ''

    def __init__(
        self,
        *,
        threshold: float | None = None,
        iou_threshold: float = 0.5,
        coverage_threshold: float = 0.95,
        min_area: int = 0,
        ignore_index: int = IGNORE_INDEX,
        output_dir: str | None = None,
        format_only: bool = False,
        collect_device: str = 'cpu',
        prefix: str | None = None,
        keep_results: bool = False,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if threshold is not None and not 0.0 <= threshold < 1.0:
            raise ValueError(f'threshold must be a probability in [0, 1) or None, got {threshold}')
        for name, value in (('iou_threshold', iou_threshold), ('coverage_threshold', coverage_threshold)):
            if not 0.0 < value <= 1.0:
                raise ValueError(f'{name} must be in (0, 1], got {value}')
        if format_only and not output_dir:
            raise ValueError('format_only=True writes masks only: give the folder as output_dir')
        self.threshold = threshold
        self.iou_threshold = iou_threshold
        self.coverage_threshold = coverage_threshold
        self.min_area = min_area
        self.ignore_index = ignore_index
        self.format_only = format_only
        self.output_dir = Path(output_dir) if output_dir else None
        self._written: dict[Path, str] = {}
        if self.output_dir is not None and is_main_process():
            self.output_dir.mkdir(parents=True, exist_ok=True)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Compares the predictions of a batch with the ground truth and writes the masks asked for.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): Predictions with ``pred_sem_seg`` (or ``seg_logits`` with a
                threshold of the metric's own) and ``gt_sem_seg``, each ``{'data': (1, H, W) tensor}``.
        """
        for sample in data_samples:
            prediction = self._predicted_mask(sample)
            if self.output_dir is not None:
                self._write_mask(prediction, sample['img_path'])
            # One entry a picture, with or without scores: results are put in order across processes by count.
            self.results.append(None if self.format_only else self._compare(prediction, sample))

    def evaluate(self, size: int) -> dict[str, float]:
        """Puts the results of all processes together; see :meth:`compute_metrics`.

        Args:
            size (int): Number of pictures of the data set.

        Returns:
            dict[str, float]: Scores in percent and counts; empty with ``format_only``.

        Raises:
            ValueError: Two processes wrote masks of one name.
        """
        if self.output_dir is not None:
            owners: dict[Path, str] = {}
            for written in all_gather_object(self._written):
                for path, img_path in written.items():
                    _claim(owners, path, img_path)
        return super().evaluate(size)

    def compute_metrics(self, results: list[MaskComparison | None]) -> dict[str, float]:
        """Computes the scores and logs them as tables.

        Args:
            results (list[MaskComparison | None]): One per picture, from all processes.

        Returns:
            dict[str, float]: Scores in percent and counts; empty with ``format_only``.
        """
        logger: MMLogger = MMLogger.get_current_instance()
        if self.format_only:
            print_log(f'{len(results)} masks are saved to {self.output_dir}', logger=logger)
            return {}
        scores = summarize_scores(results, self.coverage_threshold)
        print_log('plate segmentation results:\n' + self._tables(scores), logger=logger)
        if scores['num_plates'] == 0:
            print_log(
                'PlateMetric: no picture of this data set holds a plate, the scores say nothing about recall',
                logger=logger,
                level=logging.WARNING,
            )
        return scores

    def _predicted_mask(self, sample: dict) -> np.ndarray:
        """The prediction as bool (H, W)."""
        if self.threshold is None:
            return _to_numpy(sample['pred_sem_seg']['data']).squeeze(0) == 1
        scores = sample['seg_logits']['data']
        if scores.shape[0] > 1:
            probability = scores.float().softmax(dim=0)[1]
        else:
            probability = scores[0].float()
            low, high = probability.aminmax()
            if low < 0 or high > 1:
                raise ValueError(
                    f'PlateMetric(threshold={self.threshold}) needs probabilities in seg_logits of a '
                    f'one-channel model, got values from {low:.3f} to {high:.3f}'
                )
        return _to_numpy(probability) > self.threshold

    def _compare(self, prediction: np.ndarray, sample: dict) -> MaskComparison:
        target = _to_numpy(sample['gt_sem_seg']['data']).squeeze(0)
        try:
            return compare_masks(
                prediction,
                target,
                iou_threshold=self.iou_threshold,
                min_area=self.min_area,
                ignore_index=self.ignore_index,
            )
        except ValueError as error:
            raise ValueError(f'{sample.get("img_path", "a picture without path")}: {error}') from error

    def _write_mask(self, prediction: np.ndarray, img_path: str) -> None:
        path = self.output_dir / f'{Path(img_path).stem}.png'
        _claim(self._written, path, img_path)
        if path.resolve() == Path(img_path).resolve():
            raise ValueError(f'the mask of {img_path} would replace it: choose another output_dir')
        write_image(path, prediction.astype(np.uint8) * 255)

    def _tables(self, scores: dict[str, float]) -> str:
        pixels = PrettyTable(['plate_iou', 'per image', 'pixel precision', 'pixel recall', 'pixel F1'])
        names = ('plate_iou', 'plate_iou_per_image', 'pixel_precision', 'pixel_recall', 'pixel_f1')
        pixels.add_row([f'{scores[name]:.2f}' for name in names])

        covered = f'covered >= {100 * self.coverage_threshold:g} %'
        plates = PrettyTable(['plates by height', 'precision', 'recall', 'F1', covered])
        titles = {'lt16': '< 16 px', '16to32': '16 to 32 px', 'gt32': '> 32 px'}
        rows = [('all', '')]
        rows += [(titles[name], f'_{name}') for name, _, _ in HEIGHT_BINS]
        for title, suffix in rows:
            values = [
                scores.get(f'plate_{score}{suffix}') for score in ('precision', 'recall', 'f1', 'covered')
            ]
            plates.add_row([title, *('-' if value is None else f'{value:.2f}' for value in values)])
        found = (
            f'{scores["num_found"]:.0f} of {scores["num_plates"]:.0f} plates found, '
            f'{scores["num_predicted"]:.0f} predicted, in {scores["num_images"]:.0f} pictures '
            f'(a hit: IoU >= {self.iou_threshold:g})'
        )
        return '\n'.join([pixels.get_string(), plates.get_string(), found])


def _claim(owners: dict[Path, str], path: Path, img_path: str) -> None:
    """Notes whose mask a file is; a ValueError when it is that of another picture."""
    if owners.setdefault(path, img_path) != img_path:
        raise ValueError(
            f'{img_path} and {owners[path]} have masks of one name, {path}; test them in two runs with an '
            'output folder each'
        )


def _to_numpy(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()
