# RodoSol-ALPR.
#   mmlp convert rodosol RodoSol-ALPR -o data/rodosol_alpr
_base_ = './license_plate_small.py'
data_root = 'data/rodosol_alpr'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
