"""Attention: one sum in many forms, from the softmax state to latent caches and positions. PyTorch."""

from lemmata.attention.caches import KVCache, LatentCache
from lemmata.attention.certificate import Certificate
from lemmata.attention.convert import to_grouped, to_latent
from lemmata.attention.decoder import CausalDecoder
from lemmata.attention.decoding import Decoding, shape_of
from lemmata.attention.decoding_cost import DecodingCost, Shape, Work, decoding_cost
from lemmata.attention.flash import MixedChunkAttention
from lemmata.attention.forms import attend, attention_state
from lemmata.attention.gau import GatedAttentionUnit
from lemmata.attention.known_models import MODELS
from lemmata.attention.kv_cache import CacheReport, kv_cache_report
from lemmata.attention.latent import LatentAttention
from lemmata.attention.multihead import Attention
from lemmata.attention.online_softmax import SoftmaxState, merge, merge_all
from lemmata.attention.position_report import LayoutReport, PictureReport, report
from lemmata.attention.positions import Image, Layout, Text, Video, layout
from lemmata.attention.rope import Rotary
from lemmata.attention.yarn import Yarn

__all__ = [
    "MODELS",
    "Attention",
    "CacheReport",
    "CausalDecoder",
    "Certificate",
    "Decoding",
    "DecodingCost",
    "GatedAttentionUnit",
    "Image",
    "KVCache",
    "LatentAttention",
    "LatentCache",
    "Layout",
    "LayoutReport",
    "MixedChunkAttention",
    "PictureReport",
    "Rotary",
    "Shape",
    "SoftmaxState",
    "Text",
    "Video",
    "Work",
    "Yarn",
    "attend",
    "attention_state",
    "decoding_cost",
    "kv_cache_report",
    "layout",
    "merge",
    "merge_all",
    "report",
    "shape_of",
    "to_grouped",
    "to_latent",
]
