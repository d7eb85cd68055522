# open-lpr-dataset-plate-detection, boxes; has no test split: tested on val.
#   python tools/dataset_converters/open_lpr.py open-lpr-dataset-plate-detection -o data/open_lpr
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/open_lpr'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
