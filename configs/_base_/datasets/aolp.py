# AOLP, boxes; tested on its road patrol pictures (RP).
#   mmlp convert aolp AOLP -o data/aolp --test-subset RP
_base_ = './license_plate_small.py'
data_root = 'data/aolp'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
