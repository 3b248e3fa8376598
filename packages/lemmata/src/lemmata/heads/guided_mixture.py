"""Draws from p^g / q^(g - 1) for two mixtures p and q: guidance by density, without bias.

Such a quotient is no mixture; draws from one that lies above it are kept as often as the two agree.
Refused: to pick one component of each and guide those, another density where components overlap,
and to estimate the height of the mixture above from a few points, which cuts off where it was missed.
"""

import math

import torch
from torch import Tensor

from lemmata.errors import ArgumentError
from lemmata.heads.components import Mixture, gathered
from lemmata.heads.tokens import check_proper

MOST = 1 << 16  # draws for one token before it is given up
ROOM = 1 << 22  # numbers of one round of draws


def drawn_guided(
    given: Mixture, other: Mixture, guidance: float, generator: torch.Generator | None
) -> Tensor:
    """A token (..., width) from each given^g / other^(g - 1); ArgumentError where it has no mass,
    or so little below its bound that `MOST` draws do not find any.
    """
    p, q = _rows(given), _rows(other)
    bound = envelope(p, q, guidance)
    found = torch.empty_like(p.mean[:, 0])
    waiting = torch.arange(len(found), device=found.device)
    tries, spent = 4, 0
    while len(waiting):
        if spent >= MOST:
            raise ArgumentError(
                f"guidance must be nearer to 1 for these conditions: of {spent:,} draws none fits "
                f"p^g / q^(g - 1), got {guidance}"
            )
        tries = max(1, min(2 * tries, ROOM // (len(waiting) * bound.mean[0].numel())))
        one, another, above = (_repeated(part, waiting, tries) for part in (p, q, bound))
        x = above.drawn(generator)
        wanted = guidance * one.log_density(x) + (1 - guidance) * another.log_density(x)
        kept = _uniform(wanted, generator).log() < wanted - above.log_density(x)
        hit, first = kept.any(-1), kept.int().argmax(-1)
        found[waiting[hit]] = x[hit, first[hit]]
        waiting, spent = waiting[~hit], spent + tries
    return found.reshape(given.mean[..., 0, :].shape).to(given.mean)


def envelope(p: Mixture, q: Mixture, guidance: float) -> Mixture:
    """A sum of Gaussians that is nowhere below p^g / q^(g - 1); weights are masses.

    Up to g = 1 it is the mean g p + (1 - g) q. Above, sum_k l_k^(1 - g) (w_k N_k)^g is not below
    p^g for any weights l (Hoelder), and prod_j (v_j M_j / r_j)^r_j not above q for any r (Jensen):
    their quotient is a sum of Gaussians, of least mass for l_k ~ mass_k^(1 / g).
    """
    if guidance <= 1:
        share = p.log_weight.new_tensor([guidance, 1 - guidance]).log()
        weights = (share[0] + p.log_weight, share[1] + q.log_weight)
        return Mixture(
            torch.cat(weights, -1),
            torch.cat((p.mean, q.mean), -2),
            torch.cat((p.deviation, q.deviation), -2),
        )
    mass, mean, deviation = _quotients(p, q, guidance)
    total = torch.logsumexp(mass / guidance, -1, keepdim=True)
    return Mixture(mass / guidance + (guidance - 1) * total, mean, deviation)


def _quotients(p: Mixture, q: Mixture, guidance: float) -> Mixture:
    """(w_k N_k)^g / prod_j (v_j M_j / r_j)^(r_j (g - 1)), each with its log of mass.

    r is one component of q, or all as they share the density at m_k: what leaves the least mass.
    """
    over = guidance - 1
    share = (q.log_weight[..., None, :] + _log_between(p, q)).softmax(-1)
    other = _blended(q.deviation**-2, share)  # (..., K, J + 1, width)
    own = p.deviation[..., None, :] ** -2
    ratio = (own / other).amin(-1)
    check_proper(guidance, float(ratio.amax(-1).min()))
    precision = guidance * own - over * other
    fits = (precision > 0).all(-1)
    precision = precision.where(fits[..., None], 1)

    off = q.mean[..., None, :, :] - p.mean[..., :, None, :]
    pull = -over * _blended(q.deviation[..., None, :, :] ** -2 * off, share)
    away = _blended(
        (q.deviation[..., None, :, :] ** -2 * off.square()).sum(-1, keepdim=True), share
    )
    peak = q.log_weight - q.deviation.log().sum(-1)
    spread = torch.special.entr(share).sum(-1, keepdim=True)
    log_q = _blended(peak[..., None], share)[..., 0]
    log_q = log_q + torch.cat((torch.zeros_like(share), spread), -1) - away[..., 0] / 2
    log_p = p.log_weight - p.deviation.log().sum(-1)
    mass = guidance * log_p[..., None] - over * log_q
    mass = mass + (pull.square() / precision - precision.log()).sum(-1) / 2
    mass, best = mass.where(fits, math.inf).min(-1)

    precision, pull = (gathered(part, best) for part in (precision, pull))
    return Mixture(mass, p.mean + pull / precision, precision.rsqrt())


def _log_between(p: Mixture, q: Mixture) -> Tensor:
    """log density (..., K, J) of the components of q at the means of p."""
    away = (p.mean[..., :, None, :] - q.mean[..., None, :, :]) / q.deviation[..., None, :, :]
    return -(away.square() / 2 + q.deviation[..., None, :, :].log()).sum(-1)


def _blended(part: Tensor, share: Tensor) -> Tensor:
    """`part` (..., J, n) or (..., K, J, n), and after the J rows their mean with weights `share`."""
    each = part if part.ndim > share.ndim else part[..., None, :, :]
    each = each.expand(*share.shape, part.shape[-1])
    return torch.cat((each, (share[..., None] * each).sum(-2, keepdim=True)), -2)


def _rows(mixture: Mixture) -> Mixture:
    """All tokens along one axis, in double precision."""
    log_weight, mean, deviation = (part.double() for part in mixture)
    return Mixture(
        log_weight.flatten(0, -2) if log_weight.ndim > 1 else log_weight[None],
        mean.flatten(0, -3) if mean.ndim > 2 else mean[None],
        deviation.flatten(0, -3) if deviation.ndim > 2 else deviation[None],
    )


def _repeated(mixture: Mixture, rows: Tensor, tries: int) -> Mixture:
    """Some of the rows, each as often as it is tried: (rows, tries, K, ...)."""
    log_weight, mean, deviation = (part[rows][:, None] for part in mixture)
    return Mixture(
        log_weight.expand(-1, tries, -1),
        mean.expand(-1, tries, -1, -1),
        deviation.expand(-1, tries, -1, -1),
    )


def _uniform(like: Tensor, generator: torch.Generator | None) -> Tensor:
    return torch.rand(like.shape, generator=generator, dtype=like.dtype, device=like.device)
