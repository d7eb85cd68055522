import json

import cv2
import numpy as np
import pytest

from mmlp.jobs.coco_file import CocoFile
from mmlp.plates import extract_plates


def write_document(path, pictures):
    document = CocoFile(path)
    for name, plates in pictures:
        document.add(name, (60, 100), plates)
    document.write()
    return json.loads(path.read_text())


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
    coco = pytest.importorskip('pycocotools.coco', reason='pycocotools is not installed')
    mask = cv2.fillConvexPoly(
        np.zeros((60, 100), np.uint8), np.array([[15, 12], [80, 25], [77, 45], [13, 30]]), 1
    )
    path = tmp_path / 'plates.json'
    write_document(path, [('a.jpg', extract_plates(mask))])
    data = coco.COCO(str(path))
    read = data.annToMask(data.loadAnns(data.getAnnIds())[0])
    assert np.logical_and(read, mask).sum() / np.logical_or(read, mask).sum() > 0.97
