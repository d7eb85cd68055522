import cv2
import numpy as np
import pytest

from mmlp.plates import encode_rle, extract_plates, plates_to_coco

mask_tools = pytest.importorskip('pycocotools.mask', reason='pycocotools is not installed')


def tilted_mask():
    mask = np.zeros((60, 100), np.uint8)
    corners = np.array([[15, 12], [80, 25], [77, 45], [13, 30]])
    return cv2.fillConvexPoly(mask, corners, 1)


def iou(first, second):
    return np.logical_and(first, second).sum() / np.logical_or(first, second).sum()


def test_polygon_decodes_to_the_mask():
    mask = tilted_mask()
    (annotation,) = plates_to_coco(extract_plates(mask), image_id=7)
    rle = mask_tools.merge(mask_tools.frPyObjects(annotation['segmentation'], *mask.shape))
    assert iou(mask_tools.decode(rle), mask) > 0.97
    assert annotation['area'] == mask.sum()
    np.testing.assert_allclose(annotation['bbox'], mask_tools.toBbox(rle), atol=1.0)
    assert (annotation['image_id'], annotation['id'], annotation['iscrowd']) == (7, 1, 0)


def test_run_lengths_decode_to_the_mask():
    mask = tilted_mask()
    (annotation,) = plates_to_coco(extract_plates(mask), image_id=1, rle_size=mask.shape)
    rle = mask_tools.frPyObjects(annotation['segmentation'], *mask.shape)
    assert iou(mask_tools.decode(rle), mask) > 0.99


@pytest.mark.parametrize('first', [0, 1])
def test_encode_rle_is_exact(first):
    mask = np.random.default_rng(first).random((13, 9)) > 0.5
    mask[0, 0] = first
    rle = mask_tools.frPyObjects(encode_rle(mask), *mask.shape)
    np.testing.assert_array_equal(mask_tools.decode(rle), mask)
