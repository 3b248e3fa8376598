"""What published models cache for each token, and by which share that is less than another's.

    python benchmarks/lemmata/kv_cache.py [--json]

Counted from their configurations, nothing is timed. `of DeepSeek 67B` compares bytes, 16 bits on both
sides; the last row gives DeepSeek-V2 the 6 bits on average that its paper deploys with.
"""

from collections.abc import Iterator

from beside import report

from lemmata.attention import MODELS, kv_cache_report


def rows() -> Iterator[dict[str, object]]:
    large = kv_cache_report("deepseek-67b")
    for name, bits in [*((name, 16) for name in MODELS), ("deepseek-v2", 6)]:
        found = kv_cache_report(name, bits)
        yield {
            "model": name,
            "kind": found.kind,
            "bits": bits,
            "layers": found.layers,
            "a layer": found.per_layer,
            "elements a token": found.elements,
            "bytes a token": round(found.bytes_per_token),
            "heads' worth": found.groups,
            "GB at 32,768": found.nbytes(32_768) / 1e9,
            "of DeepSeek 67B, %": 100 * (1 - found.saving(large)),
        }


if __name__ == "__main__":
    report("kv_cache", rows(), ())
