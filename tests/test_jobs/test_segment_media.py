"""Pictures, folders and videos in; overlays, masks, instances, JSON, COCO and crops out."""

import json

import cv2
import numpy as np
import pytest
from helpers.bright_plates import (
    PLATE_COLOUR,
    STROKE_COLOUR,
    BrightSegmenter,
    background,
    hidden_files,
    plate_box,
    plate_picture,
    read_video,
    write_video,
)
from PIL import Image

from mmlp.jobs import ExcludingSegmenter, Region, segment_media
from mmlp.jobs.report import JobReport
from mmlp.media import write_image
from mmlp.plates import Plate

ALL = ('overlay', 'mask', 'instance', 'json', 'coco', 'crop')
BOXES = ((10, 12, 58, 28), (90, 80, 138, 96))


@pytest.fixture()
def folder(tmp_path):
    write_image(tmp_path / 'in/two.png', plate_picture(boxes=BOXES))
    write_image(tmp_path / 'in/deep/er/one.jpg', plate_picture())
    write_image(tmp_path / 'in/deep/none.bmp', background())
    return tmp_path / 'in'


def true_mask(boxes, shape=(120, 160)):
    mask = np.zeros(shape, np.uint8)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = 255
    return mask


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_every_kind_of_output_mirrors_the_tree(folder, tmp_path):
    out = tmp_path / 'out'
    report = segment_media(folder, out, BrightSegmenter(), save=ALL)
    assert report.exit_code == 0
    assert {path.relative_to(out).as_posix() for path in out.rglob('*') if path.is_file()} == {
        *('report.json', 'coco.json', 'crop/two_0.png', 'crop/two_1.png', 'crop/deep/er/one_0.png'),
        *(f'overlay/{name}.jpg' for name in ('two', 'deep/er/one', 'deep/none')),
        *(f'json/{name}.json' for name in ('two', 'deep/er/one', 'deep/none')),
        *(
            f'{kind}/{name}.png'
            for kind in ('mask', 'instance')
            for name in ('two', 'deep/er/one', 'deep/none')
        ),
    }
    np.testing.assert_array_equal(read(out / 'mask/two.png'), true_mask(BOXES))
    assert not read(out / 'mask/deep/none.png').any()
    instance = read(out / 'instance/two.png')
    assert instance.dtype == np.uint8 and set(np.unique(instance)) == {0, 1, 2}
    np.testing.assert_array_equal(instance > 0, true_mask(BOXES) > 0)

    document = json.loads((out / 'json/two.json').read_text())
    assert (document['file'], document['width'], document['height']) == ('two.png', 160, 120)
    plates = sorted(document['plates'], key=lambda plate: plate['box'])
    np.testing.assert_allclose(plates[0]['box'], [9.5, 11.5, 57.5, 27.5], atol=0.6)
    np.testing.assert_allclose(plates[0]['corners'][2], [57.5, 27.5], atol=0.6)
    assert Plate.from_dict(plates[1]).area == 48 * 16

    crop = read(out / 'crop/deep/er/one_0.png')
    assert crop.shape[0] == pytest.approx(16, abs=2) and crop.shape[1] == pytest.approx(48, abs=2)
    assert PLATE_COLOUR + 5 > crop[3:-3, 3:-3].mean() > STROKE_COLOUR - 5

    original, overlay = read(folder / 'two.png').astype(int), read(out / 'overlay/two.jpg').astype(int)
    changed = np.abs(original - overlay).max(axis=2) > 60
    assert changed[12:28, 10:58].mean() > 0.5 and not changed[40:60, 60:].any()


def test_coco_is_what_its_own_reader_expects(folder, tmp_path):
    mask_tools = pytest.importorskip('pycocotools.mask')
    segment_media(folder, tmp_path / 'out', BrightSegmenter(), save=['coco'])
    document = json.loads((tmp_path / 'out/coco.json').read_text())
    assert {image['file_name'] for image in document['images']} == {
        'two.png',
        'deep/er/one.jpg',
        'deep/none.bmp',
    }
    assert len({annotation['id'] for annotation in document['annotations']}) == 3
    (two,) = [image for image in document['images'] if image['file_name'] == 'two.png']
    mine = [annotation for annotation in document['annotations'] if annotation['image_id'] == two['id']]
    drawn = np.zeros((120, 160), np.uint8)
    for annotation in mine:
        rles = mask_tools.frPyObjects(annotation['segmentation'], 120, 160)
        drawn |= mask_tools.decode(mask_tools.merge(rles))
    np.testing.assert_array_equal(drawn * 255, true_mask(BOXES))


def test_outputs_of_a_turned_photo_are_upright(tmp_path):
    bgr = plate_picture()
    exif = Image.Exif()
    exif[0x0112] = 6  # Stored lying on its left side.
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(bgr)[:, :, ::-1]))
    stored.save(tmp_path / 'photo.jpg', exif=exif, quality=95)
    segment_media(tmp_path / 'photo.jpg', tmp_path / 'out', BrightSegmenter(), save=ALL)
    mask = read(tmp_path / 'out/mask/photo.png')
    overlap = (mask > 0) & (true_mask([(40, 50, 88, 66)]) > 0)
    assert mask.shape == (120, 160) and overlap.sum() > 0.95 * (mask > 0).sum() > 0
    with Image.open(tmp_path / 'out/overlay/photo.jpg') as overlay:
        assert overlay.size == (160, 120) and overlay.getexif().get(0x0112, 1) == 1


def test_grey_pictures_get_coloured_overlays(tmp_path):
    write_image(tmp_path / 'grey.jpg', plate_picture()[:, :, 1])
    segment_media(tmp_path / 'grey.jpg', tmp_path / 'out', BrightSegmenter())
    overlay = read(tmp_path / 'out/overlay/grey.jpg').astype(int)
    assert np.ptp(overlay, axis=2).max() > 80


def test_files_that_differ_by_suffix_alone_do_not_meet(tmp_path):
    for name in ('a.png', 'a.jpg', 'b.png'):
        write_image(tmp_path / 'in' / name, plate_picture())
    report = segment_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), save=['mask'])
    assert report.exit_code == 0
    names = sorted(path.name for path in (tmp_path / 'out/mask').iterdir())
    assert names == ['a.jpg.png', 'a.png.png', 'b.png']


def test_many_plates_need_sixteen_bits(tmp_path):
    image = background((400, 300))
    for number in range(300):
        y, x = divmod(number, 20)
        image[20 * y + 4 : 20 * y + 10, 20 * x + 2 : 20 * x + 16] = PLATE_COLOUR
    write_image(tmp_path / 'sheet.png', image)
    segment_media(tmp_path / 'sheet.png', tmp_path / 'out', BrightSegmenter(), save=['instance'])
    instance = read(tmp_path / 'out/instance/sheet.png')
    assert instance.dtype == np.uint16 and set(np.unique(instance)) == set(range(301))


def test_video(tmp_path):
    write_video(tmp_path / 'drive.mp4', frames=12)
    out = tmp_path / 'out'
    report = segment_media(tmp_path / 'drive.mp4', out, BrightSegmenter(), save=ALL, batch_size=5)
    (result,) = report.files
    assert (result.status, result.plates, result.video['frames']) == ('done', 12, 12)
    lines = [json.loads(line) for line in (out / 'json/drive.jsonl').read_text().splitlines()]
    assert [line['frame'] for line in lines] == list(range(12))
    assert lines[5]['time'] == pytest.approx(0.2) and (lines[5]['width'], lines[5]['height']) == (160, 96)
    np.testing.assert_allclose(lines[5]['plates'][0]['box'], np.array(plate_box(5)) - 0.5, atol=1.5)
    masks = sorted((out / 'mask/drive').iterdir())
    assert [path.name for path in masks] == [f'{index:06d}.png' for index in range(12)]
    left, top, right, bottom = plate_box(11)
    assert read(masks[11])[top + 1 : bottom - 1, left + 1 : right - 1].all()
    assert len(list((out / 'crop/drive').iterdir())) == 12
    assert len(read_video(out / 'overlay/drive.mp4')) == 12 and not hidden_files(out)
    assert json.loads((out / 'coco.json').read_text())['images'] == []


def test_tracked_plates_keep_their_numbers(tmp_path):
    pytest.importorskip('trackers')
    write_video(tmp_path / 'drive.mp4', frames=12)
    segment_media(
        tmp_path / 'drive.mp4', tmp_path / 'out', BrightSegmenter(), save=['json', 'instance'], tracking=True
    )
    lines = [json.loads(line) for line in (tmp_path / 'out/json/drive.jsonl').open()]
    numbers = {line['plates'][0].get('track_id') for line in lines[4:]}
    assert len(numbers) == 1 and None not in numbers
    instance = read(tmp_path / 'out/instance/drive/000011.png')
    assert set(np.unique(instance)) == {0, numbers.pop() + 1}


def test_a_former_run_is_resumed(folder, tmp_path):
    out = tmp_path / 'out'
    (folder / 'late.png').write_bytes(b'not yet')
    first = segment_media(folder, out, BrightSegmenter(), save=['mask', 'coco'])
    assert [result.path.rsplit('/')[-1] for result in first.files if result.status == 'failed'] == [
        'late.png'
    ]
    write_image(folder / 'late.png', plate_picture())
    stamp = (out / 'mask/two.png').stat().st_mtime_ns
    second = segment_media(folder, out, BrightSegmenter(), save=['mask', 'coco'], resume=True)
    assert second.exit_code == 0 and second.summary()['kept_from_former_runs'] == 3
    assert (out / 'mask/two.png').stat().st_mtime_ns == stamp
    document = json.loads((out / 'coco.json').read_text())
    assert len(document['images']) == 4 and len(document['annotations']) == 4

    # What changed since is done anew.
    write_image(folder / 'two.png', plate_picture(boxes=BOXES[:1]))
    third = segment_media(folder, out, BrightSegmenter(), save=['mask', 'coco'], resume=True)
    assert third.summary()['kept_from_former_runs'] == 3
    np.testing.assert_array_equal(read(out / 'mask/two.png'), true_mask(BOXES[:1]))

    with pytest.raises(ValueError, match='other settings'):
        segment_media(folder, out, BrightSegmenter(190), save=['mask', 'coco'], resume=True)


def test_inputs_are_never_written_to(tmp_path):
    write_image(tmp_path / 'overlay/a.jpg', plate_picture())
    with pytest.raises(ValueError, match='would replace an original'):
        segment_media([tmp_path / 'overlay/a.jpg'], tmp_path, BrightSegmenter(), save=['overlay'])


def test_one_picture_that_fails_does_not_take_its_batch_along(tmp_path):
    class Limited(BrightSegmenter):
        def predict_batch(self, images):
            if any(image.shape[1] > 200 for image in images):
                raise ValueError('too wide for this network')
            return super().predict_batch(images)

    for name, width in (('a', 160), ('b', 240), ('c', 160)):
        write_image(tmp_path / f'in/{name}.png', plate_picture((width, 120)))
    report = segment_media(tmp_path / 'in', tmp_path / 'out', Limited(), save=['mask'], batch_size=3)
    assert [(result.status, result.error) for result in report.files] == [
        ('done', None),
        ('failed', 'too wide for this network'),
        ('done', None),
    ]
    assert report.exit_code == 1 and not (tmp_path / 'out/mask/b.png').exists()


@pytest.mark.parametrize('blocked', ['overlay/drive.mp4', 'json/drive.jsonl', 'json/a.json', 'crop/a_1.png'])
def test_what_failed_has_no_output_at_all(tmp_path, blocked):
    write_image(tmp_path / 'in/a.png', plate_picture(boxes=BOXES))
    write_video(tmp_path / 'in/drive.mp4', frames=4)
    out = tmp_path / 'out'
    JobReport(path=out / 'report.json').save()  # As a former run left it.
    (out / blocked).mkdir(parents=True)  # A folder in the way.
    report = segment_media(tmp_path / 'in', out, BrightSegmenter(), save=ALL)
    failed, other = ('drive', 'a') if 'drive' in blocked else ('a', 'drive')
    status = {result.path.rsplit('/')[-1].split('.')[0]: result.status for result in report.files}
    assert status == {failed: 'failed', other: 'done'}
    names = {path.relative_to(out).as_posix() for path in out.rglob('*')}
    if blocked != 'json/drive.jsonl':  # The overlay is complete before.
        assert not [name for name in names if name.rsplit('/')[-1].startswith(failed) and name != blocked]
    assert f'mask/{failed}' not in names and not hidden_files(out)


def test_frames_of_a_former_longer_video_do_not_stay(tmp_path):
    for frames in (6, 3):
        write_video(tmp_path / 'drive.mp4', frames=frames)
        segment_media(tmp_path / 'drive.mp4', tmp_path / 'out', BrightSegmenter(), save=['mask'])
        assert len(list((tmp_path / 'out/mask/drive').iterdir())) == frames


def test_wrong_kinds_are_refused(tmp_path):
    write_image(tmp_path / 'a.png', plate_picture())
    with pytest.raises(ValueError, match='save takes overlay, mask'):
        segment_media(tmp_path / 'a.png', tmp_path / 'out', BrightSegmenter(), save=['masks'])


@pytest.mark.parametrize(
    'text, corners',
    [
        ('10,20,30,40', [[9.5, 19.5], [39.5, 19.5], [39.5, 59.5], [9.5, 59.5]]),
        ('0,50%,100%,50%', [[-0.5, 49.5], [199.5, 49.5], [199.5, 99.5], [-0.5, 99.5]]),
    ],
)
def test_regions(text, corners):
    np.testing.assert_allclose(Region.parse(text).corners((100, 200)), corners, atol=1e-4)


@pytest.mark.parametrize('text', ['1,2,3', '1,2,3,x', '1,2,0,4', '1 2 3 4', ''])
def test_what_is_no_region(text):
    with pytest.raises(ValueError, match='a region'):
        Region.parse(text)


def test_plates_in_excluded_regions_are_passed_over():
    image = plate_picture(boxes=BOXES)
    # The first box is covered by 30 of its 48 columns, the second by none.
    segmenter = ExcludingSegmenter(BrightSegmenter(), [Region.parse('0,0,40,100%')])
    (found,) = segmenter.predict_batch([image])
    assert [round(plate.box[0]) for plate in found.plates] == [90]
    segmenter = ExcludingSegmenter(BrightSegmenter(), [Region.parse('0,0,30,100%')])
    assert len(segmenter.predict_batch([image])[0].plates) == 2


@pytest.mark.parametrize('place', ['json/two.json', 'coco.json', 'mask/two.png'])
def test_files_that_no_run_wrote_stay(folder, tmp_path, place):
    precious = tmp_path / 'out' / place
    precious.parent.mkdir(parents=True)
    precious.write_text('mine')
    with pytest.raises(FileExistsError, match=r'exists already; no report tells that a run wrote it'):
        segment_media(folder, tmp_path / 'out', BrightSegmenter(), save=ALL)
    assert precious.read_text() == 'mine' and len(list((tmp_path / 'out').rglob('*.*'))) == 1


def test_a_folder_in_place_of_a_videos_masks_stays(tmp_path):
    write_video(tmp_path / 'drive.mp4', frames=2)
    (tmp_path / 'out/mask/drive').mkdir(parents=True)
    (tmp_path / 'out/mask/drive/precious.txt').write_text('mine')
    with pytest.raises(FileExistsError):
        segment_media(tmp_path / 'drive.mp4', tmp_path / 'out', BrightSegmenter(), save=['mask'])
    assert (tmp_path / 'out/mask/drive/precious.txt').exists()


def test_a_report_that_is_none_stays(folder, tmp_path):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/report.json').write_text('{"mine": true}')
    with pytest.raises(ValueError, match='is not a report of a former run'):
        segment_media(folder, tmp_path / 'out', BrightSegmenter())
    assert (tmp_path / 'out/report.json').read_text() == '{"mine": true}'


def test_another_codec_is_another_run(tmp_path):
    write_video(tmp_path / 'drive.mp4', frames=2)
    segment_media(tmp_path / 'drive.mp4', tmp_path / 'out', BrightSegmenter(), save=['overlay'])
    with pytest.raises(ValueError, match=r'other settings \(crf None, now 40'):
        segment_media(
            tmp_path / 'drive.mp4', tmp_path / 'out', BrightSegmenter(), save=['overlay'], crf=40, resume=True
        )
