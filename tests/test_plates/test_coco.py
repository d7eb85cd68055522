import json

import cv2
import numpy as np
import pytest

from mmlp.apis.jobs.coco_file import CocoFile
from mmlp.plates import encode_rle, extract_plates, plates_to_coco

mask_tools = pytest.importorskip('pycocotools.mask', reason='pycocotools is not installed')


def write_document(path, pictures):
    document = CocoFile(path)
    for name, plates in pictures:
        document.add(name, (60, 100), plates)
    document.write()
    return json.loads(path.read_text())


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


def test_a_document_numbers_everything_and_counts_from_pixel_corners(tmp_path):
    mask = np.zeros((60, 100), np.uint8)
    mask[5:15, 10:50] = 1
    plates = extract_plates(mask)
    pictures = [('a.jpg', plates), ('b.jpg', []), ('c.jpg', plates * 2)]
    document = write_document(tmp_path / 'plates.json', pictures)
    assert [image['id'] for image in document['images']] == [1, 2, 3]
    assert [a['id'] for a in document['annotations']] == [1, 2, 3]
    assert [a['image_id'] for a in document['annotations']] == [1, 3, 3]
    annotation = document['annotations'][0]
    assert annotation['bbox'] == [10.0, 5.0, 40.0, 10.0]
    np.testing.assert_allclose(annotation['keypoints'][:2], [10, 5], atol=0.01)
    assert annotation['num_keypoints'] == len(document['categories'][0]['keypoints']) == 4


def test_the_toolbox_of_coco_reads_it(tmp_path):
    coco = pytest.importorskip('pycocotools.coco')
    path = tmp_path / 'plates.json'
    write_document(path, [('a.jpg', extract_plates(tilted_mask()))])
    data = coco.COCO(str(path))
    assert iou(data.annToMask(data.loadAnns(data.getAnnIds())[0]), tilted_mask()) > 0.97
