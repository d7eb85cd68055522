"""What the masks of a set say together: refused before training and by the audit, with what was found."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from helpers.audit_samples import found, run, scene, splits_of
from helpers.mask_samples import SIZE, coloured, drawn, is_plate, png
from mmengine.logging import MMLogger
from mmseg.registry import DATASETS

from mmlp.datasets import DatasetError, LicensePlateDataset
from mmlp.datasets.audit import audit
from mmlp.engine import load_run_config

BLACK, BLUE, GREEN = (0, 0, 0), (61, 61, 245), (131, 224, 70)
PIPELINE = [dict(type='LoadImageFromFile'), dict(type='LoadPlateAnnotations')]


def write(root, *masks, split='train', start=0):
    for index, mask in enumerate(masks, start=start):
        for folder in ('images', 'masks'):
            (root / split / folder).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / split / f'images/{index}.png'), scene(index, SIZE))
        (root / split / f'masks/{index}.png.png').write_bytes(png(mask))
    return root


def build(root, split='train', **options):
    prefix = dict(img_path=f'{split}/images', seg_map_path=f'{split}/masks')
    return LicensePlateDataset(data_root=str(root), data_prefix=prefix, pipeline=PIPELINE, **options)


CAR_ONLY, BOTH = drawn(0, 1, 1).astype(np.uint8), drawn(0, 1, 2).astype(np.uint8)


def test_a_set_of_cars_and_plates_is_refused_and_then_read_as_named(tmp_path):
    root = write(tmp_path, CAR_ONLY, BOTH, CAR_ONLY, BOTH)
    with pytest.raises(DatasetError) as told:
        build(root)
    message = str(told.value)
    share = (BOTH == 2).sum() / BOTH.size / 2
    for part in (
        '2 of 4 masks',
        f'2       2  {share:>8.2%}',
        'train/masks/1.png.png',
        '--plate-values 2',
        'nonzero',
    ):
        assert part in message
    dataset = build(root, plate_values=2)
    assert not dataset[0]['gt_seg_map'].any()
    np.testing.assert_array_equal(dataset[1]['gt_seg_map'], is_plate())


def test_classes_that_never_meet_in_a_mask_are_refused_together(tmp_path):
    car, plate = coloured(BLACK, BLUE, BLACK), coloured(BLACK, BLACK, GREEN)
    root = write(tmp_path, car, plate, car)
    with pytest.raises(DatasetError, match=r'several values, each another(.|\n)*61,61,245(.|\n)*131,224,70'):
        build(root)
    assert [int(build(root, plate_values=[GREEN])[i]['gt_seg_map'].sum()) for i in range(3)] == [
        0,
        is_plate().sum(),
        0,
    ]


def test_ones_and_whites_are_taken_with_a_warning(tmp_path, caplog):
    logger = MMLogger.get_instance('census')
    assert MMLogger.get_current_instance() is logger
    plates = is_plate().astype(np.uint8)
    root = write(tmp_path, plates, plates * 255)
    logger.addHandler(caplog.handler)
    dataset = build(root)
    logger.removeHandler(caplog.handler)
    assert 'plates are 1 in some and white in others' in caplog.text
    for index in range(2):
        np.testing.assert_array_equal(dataset[index]['gt_seg_map'], plates)
    assert ('mixed-masks', 'train', 'train') in found(run(root))


def test_black_plates_on_white_are_refused(tmp_path):
    inverted = drawn(255, 255, 0).astype(np.uint8)
    root = write(tmp_path, inverted, inverted, np.full(SIZE, 255, np.uint8))
    with pytest.raises(DatasetError, match=r'black and white were swapped.*--plate-values 0'):
        build(root)
    assert ('ambiguous-mask', 'train', 'train') in found(run(root))
    np.testing.assert_array_equal(build(root, plate_values=0)[0]['gt_seg_map'], is_plate())
    assert build(root, plate_values=255)[0]['gt_seg_map'].sum() == (inverted == 255).sum()


def test_a_named_value_that_no_mask_has(tmp_path):
    root = write(tmp_path, CAR_ONLY, BOTH)
    with pytest.raises(DatasetError, match=r'none of the 2 masks(.|\n)*plate_values=\(3,\)(.|\n)* 2 '):
        build(root, plate_values=3)


def test_the_audit_names_values_and_takes_the_plates(tmp_path):
    root = write(tmp_path, CAR_ONLY, BOTH)
    report = run(root)
    assert {check for check, _, _ in found(report)} == {'ambiguous-mask'}
    assert found(report) >= {('ambiguous-mask', 'train', 'train'), ('ambiguous-mask', 'train', '1.png.png')}
    report = audit('', splits_of(root, plate_values=[2]))
    assert [len(picture.plates) for picture in report.images] == [0, 1]
    assert 'ambiguous-mask' not in {check for check, _, _ in found(report)}


def test_the_option_of_the_tools_reaches_all_data_sets_that_say_nothing_themselves(tmp_path):
    config = tmp_path / 'c.py'
    config.write_text(
        "one = dict(type='LicensePlateDataset', data_root='a', plate_values=5)\n"
        "two = dict(type='LicensePlateDataset', data_root='b')\n"
        'train_dataloader = dict(dataset=dict(datasets=[one, two]))\n'
        "val_dataloader = dict(dataset=dict(type='LicensePlateDataset', data_root='c'))\n"
    )
    cfg = load_run_config(str(config), plate_values=[2])
    first, second = cfg.train_dataloader.dataset.datasets
    assert (first.plate_values, second.plate_values, cfg.val_dataloader.dataset.plate_values) == (5, [2], [2])


@pytest.mark.parametrize('value', [2, [2], (2,), '2', [[0, 128, 0]], '#008000'])
def test_values_as_configs_and_command_lines_give_them(tmp_path, value):
    palette = [BLACK, (128, 0, 0), (0, 128, 0)]
    write(tmp_path, CAR_ONLY, BOTH)
    for index, mask in enumerate((CAR_ONLY, BOTH)):
        (tmp_path / f'train/masks/{index}.png.png').write_bytes(png(mask, palette))
    cfg = dict(type='LicensePlateDataset', data_root=str(tmp_path), pipeline=PIPELINE, plate_values=value)
    prefix = dict(img_path='train/images', seg_map_path='train/masks')
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=[dict(cfg, data_prefix=prefix)]))
    np.testing.assert_array_equal(dataset[1]['gt_seg_map'], is_plate())


def test_values_that_are_not_understood_are_a_mistake_of_the_data_set(tmp_path):
    for options in (dict(plate_values='plate'), dict(ignore_values=(256,))):
        with pytest.raises(DatasetError, match=r'plate_values wants|ignore_values must lie in 0\.\.255'):
            build(tmp_path, **options)


def test_an_empty_list_may_be_a_part_of_a_set(tmp_path):
    root = write(tmp_path, is_plate().astype(np.uint8) * 255)
    (root / 'none.txt').write_text('')
    cfg = dict(
        type='LicensePlateDataset',
        data_root=str(root),
        data_prefix=dict(img_path='train/images', seg_map_path='train/masks'),
        pipeline=PIPELINE,
    )
    part = dict(type='RepeatDataset', times=2, dataset=dict(cfg, ann_file='none.txt', allow_empty=True))
    assert len(DATASETS.build(dict(type='ConcatDataset', datasets=[cfg, part]))) == 1
    with pytest.raises(DatasetError, match='names no picture'):
        DATASETS.build(dict(cfg, ann_file='none.txt'))


def test_a_set_with_another_split_alone_says_what_to_do(tmp_path):
    root = write(tmp_path, is_plate().astype(np.uint8), split='valid')
    with pytest.raises(FileNotFoundError, match=r'holds valid alone.*--split train.*img_path=valid/images'):
        build(root)
    report = audit('', splits_of(root))
    assert 'no-train-split' not in {check for check, _, _ in found(report)}


@pytest.mark.parametrize(
    'frame', ['drive.mp4#t={}.png', 'drive_frame_{:05d}.png', 'drive_mp4-{:04d}_png.rf.ab12.png']
)
def test_frames_of_a_video_in_two_splits_are_named(tmp_path, frame):
    plates = is_plate().astype(np.uint8) * 255
    for split, numbers in (('train', (1, 2)), ('val', (3,)), ('test', ())):
        write(tmp_path, *[plates] * len(numbers), split=split, start=numbers[0] if numbers else 0)
        for number in numbers:
            for folder, ending in (('images', ''), ('masks', '.png')):
                old = tmp_path / split / folder / f'{number}.png{ending}'
                old.rename(old.with_name(frame.format(number) + ending))
    (finding,) = run(tmp_path).of_check('video-across-splits')
    assert (finding.split, finding.severity.value) == ('val', 'warning')
    assert '1 of 3 frames of' in finding.message and 'drive' in finding.message
    assert finding.path.endswith(frame.format(3)) and '/train/' in finding.related


def test_pictures_that_are_not_of_a_video_are_not_named(tmp_path):
    plates = is_plate().astype(np.uint8) * 255
    write(tmp_path, plates, plates)
    write(tmp_path, plates, split='val', start=2)
    assert not run(tmp_path).of_check('video-across-splits')
