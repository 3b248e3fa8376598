"""Linear algebra on any array library: (..., m, n) in, (...) out."""

from lemmata.linalg.column_row import ColumnRow, cr_matmul
from lemmata.linalg.cur_factors import CUR, cur
from lemmata.linalg.feedback_ranking import Feedback, feedback
from lemmata.linalg.interpolation import ID, interpolative
from lemmata.linalg.marchenko_pastur import hard_threshold
from lemmata.linalg.pseudo_inverse import PseudoInverse, pinv, pinv_with_rank
from lemmata.linalg.ranks import Kind, effective_rank, effective_rank_from_spectrum
from lemmata.linalg.representatives import Representatives, select_representatives
from lemmata.linalg.ridge_dual import DualRidge
from lemmata.linalg.ridge_fit import Ridge, ridge
from lemmata.linalg.ridge_penalties import RidgePath, ridge_path
from lemmata.linalg.ridge_primal import PrimalRidge
from lemmata.linalg.svd_result import SVDResult
from lemmata.linalg.svd_rows import append_rows, fold_in
from lemmata.linalg.truncated_svd import truncated_svd

__all__ = [
    "CUR",
    "ID",
    "ColumnRow",
    "DualRidge",
    "Feedback",
    "Kind",
    "PrimalRidge",
    "PseudoInverse",
    "Representatives",
    "Ridge",
    "RidgePath",
    "SVDResult",
    "append_rows",
    "cr_matmul",
    "cur",
    "effective_rank",
    "effective_rank_from_spectrum",
    "feedback",
    "fold_in",
    "hard_threshold",
    "interpolative",
    "pinv",
    "pinv_with_rank",
    "ridge",
    "ridge_path",
    "select_representatives",
    "truncated_svd",
]
