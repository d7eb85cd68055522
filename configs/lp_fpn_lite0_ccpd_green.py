# CCPD-Green (2020).
#   python tools/dataset_converters/ccpd.py CCPD2020 -o data/ccpd_green
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/ccpd_green'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
