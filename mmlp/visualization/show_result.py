"""``show_result_pyplot`` of the toolbox, drawn by :class:`PlateLocalVisualizer`."""

from __future__ import annotations

from os import PathLike, fspath

import mmcv
import numpy as np
from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample

from .local_visualizer import PlateLocalVisualizer


def show_result_pyplot(
    model: BaseSegmentor,
    img: str | PathLike | np.ndarray,
    result: SegDataSample,
    opacity: float = 0.8,
    title: str = '',
    draw_gt: bool = True,
    draw_pred: bool = True,
    wait_time: float = 0,
    show: bool = True,
    with_labels: bool = True,
    save_dir: str | None = None,
    out_file: str | None = None,
) -> np.ndarray:
    """Draws what ``inference_model`` returned; takes the place of ``mmseg.apis.show_result_pyplot``.

    The toolbox's function builds the toolbox's visualizer whatever the config says: it paints the background
    black and writes its name into the picture, and takes an array for RGB that ``inference_model`` takes
    for BGR.

    Args:
        model: The model, for its ``dataset_meta``.
        img: A file, or the array that was given to ``inference_model``, BGR uint8 (H, W, 3).
        result: What ``inference_model`` returned for it.
        opacity: Strength of the overlay, 0..1; the fill is half as opaque.
        title: Title of the window, or name of the picture below ``save_dir``.
        draw_gt: Draw the ground truth where the result holds one.
        draw_pred: Draw the prediction.
        wait_time: Seconds that the window stays; 0 waits for a key.
        show: Open a window.
        with_labels: Write names and scores beside the plates.
        save_dir: Folder for the picture, ``vis_data/vis_image/<title>_0.png`` in it.
        out_file: File for the picture.

    Returns:
        The picture, RGB uint8 (H, W, 3).
    """
    model = getattr(model, 'module', model)
    image = mmcv.imread(fspath(img)) if isinstance(img, (str, PathLike)) else img
    visualizer = PlateLocalVisualizer(
        vis_backends=[dict(type='LocalVisBackend')] if save_dir else None, save_dir=save_dir, alpha=opacity
    )
    meta = model.dataset_meta or {}
    visualizer.set_dataset_meta(meta.get('classes'), meta.get('palette'))
    visualizer.add_datasample(
        name=title,
        image=np.ascontiguousarray(image[..., ::-1]),
        data_sample=result,
        draw_gt=draw_gt,
        draw_pred=draw_pred,
        show=show,
        wait_time=wait_time,
        out_file=out_file,
        with_labels=with_labels,
    )
    return visualizer.get_image()
