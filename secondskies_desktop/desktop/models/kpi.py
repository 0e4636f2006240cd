"""How results are written: never a number without its unit, its basis and its n; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.signals.intervals import wilson

if TYPE_CHECKING:
    from secondskies_desktop.desktop.models.basis import Basis
    from secondskies_desktop.engine.statistics import Report
    from secondskies_desktop.signals.statistics import Summary

SMALL = 30
"""Below so many results a share or a mean is written faint: one of the domain's own minimums (domain.md §8.7)."""


class Kpi(NamedTuple):
    """A number as it is written, what it is of, and why it is what it is."""

    text: str
    basis: str
    why: str
    tone: Tone = Tone.TEXT


def sum_of_r(one: Summary, basis: Basis) -> Kpi:
    """Return the sum of results, both ends where some are ambiguous."""
    text = _between(one.r_low, one.r_high, formats.r_multiple) if one.decided else formats.UNKNOWN
    why = (
        f"Sum of {formats.count(one.decided)} decided results, each taken at {basis.words}: "
        f"{formats.count(one.wins)} × {formats.r_multiple(basis.target)}, "
        f"{formats.count(one.scratches)} × 0.00R, {formats.count(one.losses)} × {formats.r_multiple(-1.0)}"
        f"{_ambiguous(one)}. {formats.count(one.open)} open and {formats.count(one.unknown)} unknown "
        "are in no sum. Before costs."
    )
    return Kpi(text, f"{basis.words} · n {formats.count(one.decided)}", why, _tone(one.r_low, one.r_high))


def mean_of_r(one: Summary, basis: Basis, report: Report | None = None) -> Kpi:
    """Return the mean result; with a report its interval over trade dates, or how many are missing."""
    if one.mean_low is None or one.mean_high is None:
        return Kpi(formats.UNKNOWN, f"{basis.words} · n 0", "No result is decided yet")
    text = _between(one.mean_low, one.mean_high, formats.r_multiple)
    sure, why_sure = _interval(report)
    why = f"{sum_of_r(one, basis).why} Divided by {formats.count(one.decided)}.{why_sure}"
    tone = Tone.FAINT if one.decided < SMALL else _tone(one.mean_low, one.mean_high)
    return Kpi(text, f"{basis.words} · n {formats.count(one.decided)}{sure}", why, tone)


def win_share(one: Summary, basis: Basis) -> Kpi:
    """Return the share of wins with its Wilson interval, which takes signals for independent."""
    interval = wilson(one.wins, one.decided)
    if interval is None:
        return Kpi(formats.UNKNOWN, "n 0", "No result is decided yet")
    ends = f"{100 * interval.low:.0f}–{100 * interval.high:.0f} %"
    why = (
        f"{formats.count(one.wins)} of {formats.count(one.decided)} decided results reached "
        f"{formats.r_multiple(basis.target).lstrip('+')} ({basis.words}). 95 % Wilson interval {ends}; signals of "
        "one date are not independent, so it is rather too narrow."
    )
    tone = Tone.FAINT if one.decided < SMALL else Tone.TEXT
    return Kpi(formats.share(one.wins, one.decided), f"{ends} · n {formats.count(one.decided)}", why, tone)


def results(one: Summary) -> str:
    """Return wins, scratches and losses in a few words, ambiguous and unknown ones only where there are any."""
    parts = [
        f"{formats.count(one.wins)} W",
        f"{formats.count(one.scratches)} BE",
        f"{formats.count(one.losses)} L",
    ]
    parts += [f"{formats.count(one.ambiguous)} ambiguous"] if one.ambiguous else []
    parts += [f"{formats.count(one.unknown)} unknown"] if one.unknown else []
    return " · ".join(parts)


def counts_of(one: Summary) -> str:
    """Return wins, scratches and losses for a column whose head names them."""
    if not one.decided:
        return formats.UNKNOWN
    return " · ".join(formats.count(number) for number in (one.wins, one.scratches, one.losses))


def be_change(one: Summary, basis: Basis) -> Kpi:
    """Return what BE=1 changed in sum against No-BE at the same target, over signals certain in both."""
    if not one.pairs:
        return Kpi(formats.UNKNOWN, "n 0", "No signal is decided with and without break-even yet")
    why = (
        f"Over {formats.count(one.pairs)} signals that are decided in both modes at target {basis.target:g}R: "
        f"BE=1 ended {formats.count(one.saved)} losses at 0R instead of −1R, and {formats.count(one.forgone)} at 0R "
        f"that No-BE took to {basis.target:g}R."
    )
    text = formats.r_multiple(one.be_change)
    return Kpi(
        text,
        f"n {formats.count(one.pairs)}",
        why,
        _tone(one.be_change, one.be_change),
    )


def mean_mfe(value: float | None, one: Summary, leg: str) -> Kpi:
    """Return a mean excursion, which is never a result."""
    why = (
        f"Mean MFE of the {leg} leg over {formats.count(one.finished_with_mfe)} finished signals. "
        "MFE is how far price went, not what was earned."
    )
    return Kpi(
        formats.excursion(value), f"MFE {leg} · finished n {formats.count(one.finished_with_mfe)}", why
    )


def confirmed_share(one: Summary) -> Kpi:
    """Return the share of settled triangles that were confirmed; UNKNOWN where cancellations are never told."""
    cancelled, pending = one.statuses["CANCELLED"], one.statuses["PENDING"]
    settled = one.confirmed + cancelled
    if not settled:
        return Kpi(formats.UNKNOWN, "n 0", "No triangle was confirmed or cancelled yet")
    if not cancelled and pending:
        why = (
            f"No cancellation was told: any of the {formats.count(pending)} pending triangles may have been "
            f"cancelled, so the share of the {formats.count(one.confirmed)} confirmed ones is not known"
        )
        return Kpi("UNKNOWN", "none cancelled", why, Tone.UNKNOWN)
    interval = wilson(one.confirmed, settled)
    ends = "" if interval is None else f"{100 * interval.low:.0f}–{100 * interval.high:.0f} % · "
    why = (
        f"{formats.count(one.confirmed)} confirmed, {formats.count(cancelled)} cancelled; "
        f"{formats.count(pending)} still pending are not counted. 95 % Wilson interval {ends.removesuffix(' · ')}"
    )
    return Kpi(formats.share(one.confirmed, settled), f"{ends}n {formats.count(settled)}", why)


def not_counted(report: Report) -> str:
    """Return what stands outside the totals, in words; empty where there is nothing."""
    parts = []
    if report.after_hours.signals:
        parts.append(f"{formats.count(report.after_hours.signals)} after hours")
    if report.without_session.signals:
        parts.append(f"{formats.count(report.without_session.signals)} without a known session")
    linked = report.total.linked
    if linked:
        parts.append(f"{formats.count(linked)} told twice")
    return f"not counted: {', '.join(parts)}" if parts else ""


def _interval(report: Report | None) -> tuple[str, str]:
    if report is None:
        return "", ""
    if report.mean is None:
        if not report.dates_needed:
            return "", ""
        more = f"{report.dates_needed} more trade dates for an interval"
        return f" · {more}", f" {more[0].upper()}{more[1:]}: signals of one date are not independent."
    ends = f"{formats.signed(report.mean.low)}…{formats.signed(report.mean.high)}"
    return f" · 95 % {ends}", f" 95 % interval {ends} R, with a trade date a cluster."


def _ambiguous(one: Summary) -> str:
    return f", {formats.count(one.ambiguous)} ambiguous at both ends" if one.ambiguous else ""


def _between(low: float, high: float, write: object) -> str:
    ends = [write(end) for end in (low, high)]  # type: ignore[operator]
    return ends[0] if ends[0] == ends[1] else f"{ends[0].removesuffix('R')}…{ends[1]}"


def _tone(low: float, high: float) -> Tone:
    if low > 0:
        return Tone.GOOD
    return Tone.DANGER if high < 0 else Tone.TEXT
