# Cityscapes; its test split has no public annotations. Most plates are a few pixels high: full size for val.
#   python tools/dataset_converters/cityscapes.py Cityscapes -o data/cityscapes
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/cityscapes'
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(2048, 2048), keep_ratio=True, backend='pillow'),
    dict(type='LoadPlateAnnotations'),
    dict(type='PackSegInputs'),
]
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = val_dataloader
