"""Every benchmark, one after the other: `make bench`.

    python benchmarks/run.py [--shared FOLDER] [--only NAME …] [--results FILE]

Each prints its table here; the same figures go as JSON to FILE (benchmarks/results.json by default, which git
ignores). The reader's benchmarks need the folder of shared data; without it they are left out, and the last
lines say so. A data folder with all of its records is built once and kept for the next run. All of them take
hours on two cores; what was measured so far is in FILE, however early they are stopped.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
KEPT = Path(tempfile.gettempdir()) / "postil-benchmark-data"


@dataclass(frozen=True)
class Benchmark:
    """A script, what it needs, and the options that give it that."""

    script: str
    shared: bool = False
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How `--only` names it."""
        return self.script.removesuffix(".py")


BENCHMARKS = (
    Benchmark("postil/importing.py", True, ("--data", str(KEPT))),
    Benchmark("postil/parsing.py", True),
    Benchmark("postil/harvest_rate.py", True),
    Benchmark("postil/harvest_faults.py"),
    Benchmark("postil/harvest_limits.py"),
    Benchmark("postil/identity.py", True),
    Benchmark("postil/formulas.py", True),
    Benchmark("postil/hydration.py", True, ("--data", str(KEPT))),
    Benchmark("postil/search_latency.py", True, ("--data", str(KEPT))),
    Benchmark("postil/quality.py", True),
    Benchmark("postil/suggestions.py", True, ("--data", str(KEPT))),
    Benchmark("postil/corrections.py", True, ("--data", str(KEPT))),
    Benchmark("postil/vectors.py", True, ("--data", str(KEPT))),
    Benchmark("postil/related.py", True, ("--data", str(KEPT))),
    Benchmark("postil/search_scale.py", True, ("--fused",)),
    Benchmark("postil/pages.py", True, ("--data", str(KEPT))),
    Benchmark("postil/first_visit.py", True, ("--data", str(KEPT))),
    Benchmark("postil/startup.py", True, ("--data", str(KEPT))),
    Benchmark("lemmata/import_time.py"),
    Benchmark("lemmata/effective_rank.py"),
    Benchmark("lemmata/soft_topk.py"),
    Benchmark("lemmata/simplex_maps.py"),
    Benchmark("lemmata/project_simplex.py"),
    Benchmark("lemmata/truncated_svd.py", True),
    Benchmark("lemmata/truncated_svd_dense.py"),
    Benchmark("lemmata/pinv.py"),
    Benchmark("lemmata/ridge.py"),
    Benchmark("lemmata/ridge_feedback.py", True),
    Benchmark("lemmata/cr_matmul.py", True),
    Benchmark("lemmata/interpolative.py"),
    Benchmark("lemmata/cur.py"),
    Benchmark("lemmata/select_representatives.py", True),
    Benchmark("lemmata/monarch.py"),
    Benchmark("lemmata/monarch_accuracy.py"),
    Benchmark("lemmata/compress.py", True),
    Benchmark("lemmata/compress_half.py", True),
    Benchmark("lemmata/minimize_simplex.py"),
    Benchmark("lemmata/diagnose.py"),
    Benchmark("lemmata/adabelief.py"),
    Benchmark("lemmata/norms.py"),
    Benchmark("lemmata/heads.py"),
    Benchmark("lemmata/noisy_copies.py"),
    Benchmark("lemmata/flash.py"),
    Benchmark("lemmata/online_softmax.py"),
    Benchmark("lemmata/padding.py"),
    Benchmark("lemmata/mla.py"),
    Benchmark("lemmata/mla_training.py"),
    Benchmark("lemmata/mla_convert.py"),
    Benchmark("lemmata/kv_cache.py"),
    Benchmark("lemmata/kv_cache_policies.py"),
    Benchmark("lemmata/rope.py"),
    Benchmark("lemmata/rope_layouts.py"),
    Benchmark("lemmata/reciprocal_pairs.py"),
    Benchmark("lemmata/reciprocal_pairs_far.py"),
    Benchmark("lemmata/min_sum_decomposition.py"),
    Benchmark("lemmata/min_sum_decomposition_law.py"),
    Benchmark("lemmata/constructible_polygons.py"),
    Benchmark("lemmata/hippo.py"),
    Benchmark("lemmata/s4.py"),
    Benchmark("lemmata/s4_train.py"),
    Benchmark("lemmata/rtf.py"),
    Benchmark("lemmata/rtf_accuracy.py"),
    Benchmark("lemmata/selfpretraining.py"),
)


def run(benchmark: Benchmark, shared: Path) -> object:
    """The figures of one benchmark, its table printed."""
    command = [sys.executable, str(HERE / benchmark.script), *benchmark.options]
    environment = {**os.environ, "POSTIL_SHARED": str(shared.absolute())}
    done = subprocess.run(
        [*command, "--json"], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return {"failed": done.returncode}
    figures = json.loads(done.stdout)
    print(json.dumps(figures, indent=2, ensure_ascii=False), flush=True)
    return figures


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--results", type=Path, default=HERE / "results.json")
    arguments = parser.parse_args()
    chosen = [b for b in BENCHMARKS if not arguments.only or b.name in arguments.only]
    has_data = (arguments.shared / "data").is_dir()
    figures: dict[str, object] = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()}
    }
    for benchmark in chosen:
        if benchmark.shared and not has_data:
            continue
        print(f"== {benchmark.name}", flush=True)
        began = time.monotonic()
        figures[benchmark.name] = run(benchmark, arguments.shared)
        print(f"== {time.monotonic() - began:.0f} s", flush=True)
        arguments.results.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if not has_data:
        print(f"No shared data at {arguments.shared}: the reader's benchmarks were left out.")
    failed = [
        name for name, found in figures.items() if isinstance(found, dict) and "failed" in found
    ]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
