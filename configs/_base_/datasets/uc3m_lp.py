# UC3M-LP; val is a tenth of its train split.
#   mmlp convert uc3m_lp UC3M-LP -o data/uc3m_lp --val-fraction 0.1
_base_ = './license_plate_small.py'
data_root = 'data/uc3m_lp'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
