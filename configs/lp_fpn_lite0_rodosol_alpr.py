# RodoSol-ALPR.
#   python tools/dataset_converters/rodosol.py RodoSol-ALPR -o data/rodosol_alpr
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/rodosol_alpr'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
