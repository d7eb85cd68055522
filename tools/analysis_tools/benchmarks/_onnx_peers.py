"""Networks of others as ONNX files, called as ours are: a picture in, a mask and boxes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mmlp.evaluation import boxes_of_plates
from mmlp.plates import Plate, extract_plates


@dataclass(frozen=True)
class Found:
    """What a system says about one picture.

    Args:
        mask: uint8 (H, W), 1 for plate, of the picture's size.
        boxes: float64 (N, 4), x1, y1, x2, y2 in pixels of the picture, counted from its edges: a box of the
            first pixel is (0, 0, 1, 1).
        plates: The plates, where the system tells more than a mask and boxes.
    """

    mask: np.ndarray
    boxes: np.ndarray
    plates: Sequence[Plate] | None = None


class ONNXPeer:
    """A detector or segmenter in ONNX, run by ONNX Runtime.

    Told apart by the outputs of the graph:

    - ``(N, 4 + classes [+ coefficients], candidates)``, as YOLOv8 and its kin export: centre, size, a score
      for each class; with a second output ``(N, coefficients, h, w)``, the masks' prototypes, it is a
      segmenter.
    - ``(N, candidates, 6)``: corners, score, class, with the suppression inside the graph.
    - ``(N, h, w)`` or ``(N, 1, h, w)``: probabilities.

    The picture goes in as float32 RGB (1, 3, size, size), 0..1, fitted into the square on grey 114: what
    these networks are trained with. A box counts as plate in all of its pixels.

    Args:
        path: The file.
        size: Side of the square; used where the graph leaves it open.
        score_threshold: Least score of a box, and of a pixel.
        iou_threshold: Overlap above which the lesser box is suppressed.
        threads: Threads of one operator.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The graph's outputs are of another kind.
    """

    def __init__(
        self,
        path: Path,
        size: int = 640,
        score_threshold: float = 0.25,
        iou_threshold: float = 0.5,
        threads: int = 1,
    ) -> None:
        import onnxruntime

        if not path.is_file():
            raise FileNotFoundError(f'{path}: no such file; expected a network in ONNX')
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # As ours: the contenders take turns, and waiting threads must not slow the next one.
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
        try:
            self.session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
        except Exception as error:  # Its errors have no common base but Exception.
            raise ValueError(f'ONNX Runtime cannot load {path}: {str(error).splitlines()[0]}') from error
        source = self.session.get_inputs()[0]
        self.input_name = source.name
        if len(source.shape) != 4 or source.type != 'tensor(float)':
            raise ValueError(f'{path} takes {source.type} {source.shape}; expected float (N, 3, H, W)')
        self.size = source.shape[2] if isinstance(source.shape[2], int) else size
        self.score_threshold, self.iou_threshold = score_threshold, iou_threshold
        self.path = path

    def __call__(self, image: np.ndarray) -> Found:
        """Looks at a picture.

        Args:
            image: uint8 (H, W, 3), BGR.

        Returns:
            Mask and boxes at the picture's size.
        """
        height, width = image.shape[:2]
        scale = self.size / max(height, width)
        fitted = cv2.resize(image, (round(width * scale), round(height * scale)))
        canvas = np.full((self.size, self.size, 3), 114, np.uint8)
        canvas[: fitted.shape[0], : fitted.shape[1]] = fitted
        blob = cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True)
        outputs = self.session.run(None, {self.input_name: blob})
        first = outputs[0]
        if first.ndim == 4 or (first.ndim == 3 and first.shape[1:] == (self.size, self.size)):
            return self._from_map(first.reshape(first.shape[-2:]), fitted.shape[:2], (height, width))
        if first.ndim != 3:
            raise ValueError(f'{self.path} answers with {first.shape}: neither boxes nor a map')
        boxes, coefficients = self._boxes(first[0], outputs[1].shape[1] if len(outputs) > 1 else 0)
        mask = np.zeros((height, width), np.uint8)
        scaled = np.clip(boxes / scale, 0, [width, height, width, height])
        for box, row in zip(np.rint(scaled).astype(int), coefficients):
            window = mask[box[1] : box[3], box[0] : box[2]]
            if row.size and window.size:
                prototypes = outputs[1][0]
                logits = np.tensordot(row, prototypes, 1)
                step = self.size / logits.shape[1]
                logits = cv2.resize(logits, None, fx=step / scale, fy=step / scale)
                inside = logits[box[1] : box[3], box[0] : box[2]] > 0
                window[: inside.shape[0], : inside.shape[1]][inside] = 1
            else:
                window[:] = 1
        return Found(mask, scaled)

    def _boxes(self, rows: np.ndarray, coefficients: int) -> tuple[np.ndarray, np.ndarray]:
        """Boxes (N, 4) in pixels of the square, and their mask coefficients (N, C)."""
        if rows.shape[1] == 6 and not coefficients:
            kept = rows[rows[:, 4] >= self.score_threshold]
            return kept[:, :4].astype(np.float64), np.zeros((len(kept), 0))
        rows = rows.T
        scores = rows[:, 4 : rows.shape[1] - coefficients].max(axis=1)
        rows, scores = rows[scores >= self.score_threshold], scores[scores >= self.score_threshold]
        corners = np.concatenate([rows[:, :2] - rows[:, 2:4] / 2, rows[:, 2:4]], axis=1)
        kept = cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), self.score_threshold, self.iou_threshold)
        kept = np.asarray(kept, int).reshape(-1)
        boxes = np.concatenate([corners[kept, :2], corners[kept, :2] + corners[kept, 2:]], axis=1)
        return boxes.astype(np.float64), rows[kept, rows.shape[1] - coefficients :]

    def _from_map(self, probability: np.ndarray, fitted: tuple[int, int], shape: tuple[int, int]) -> Found:
        step = self.size / probability.shape[0]
        cut = probability[: round(fitted[0] / step), : round(fitted[1] / step)]
        whole = np.clip(cv2.resize(cut, shape[::-1]), 0.0, 1.0)
        plates = extract_plates(whole, self.score_threshold)
        return Found((whole > self.score_threshold).astype(np.uint8), boxes_of_plates(plates))
