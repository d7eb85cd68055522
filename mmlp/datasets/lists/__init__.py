"""Lists of pictures: what a data set was made of, and how to make it again from the public sets."""

import lazy_loader

# Each name is loaded with the first use: a command line that is asked for help needs none of them.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'finding': ['Found', 'Missing', 'find_images'],
        'fingerprint': ['Fingerprint', 'FingerprintStore', 'take_fingerprint'],
        'limits': ['MAX_BITS'],
        'making': ['list_images'],
        'image_list': ['ListError', 'ListedImage', 'read_list', 'write_list'],
        'rebuilding': ['Rebuilt', 'rebuild'],
        'sources': ['Source', 'read_sources'],
    },
)
