# OpenALPR's end-to-end benchmark: tests what was trained on data/plates.
#   mmlp convert openalpr benchmarks/endtoend -o data/openalpr --box-as ignored-rim
_base_ = './license_plate_small.py'
test_dataloader = dict(
    dataset=dict(
        data_root='data/openalpr', data_prefix=dict(img_path='test/images', seg_map_path='test/masks')
    )
)
