# CCPD 2019, all subsets but ccpd_base for the test.
#   python tools/dataset_converters/ccpd.py CCPD2019 -o data/ccpd2019
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/ccpd2019'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
train_cfg = dict(val_interval=3300)  # at the end only: half of ccpd_base is val
