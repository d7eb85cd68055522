# EasyPR's general test set, rotated rectangles: tests what was trained on data/plates.
#   python tools/dataset_converters/easypr.py EasyPR/resources/image/general_test -o data/easypr
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
test_dataloader = dict(
    dataset=dict(data_root='data/easypr', data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
