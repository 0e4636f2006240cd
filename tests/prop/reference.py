"""A second opinion on prop_rules.md §12, slow and obvious: only the story is kept, everything is looked up in it.

The story is a list of points, what was seen when. Each figure at a point is computed anew from all points before it,
in Decimal dollars. It knows the short form without nulls inside its parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")


@dataclass
class Point:
    """Something that was seen: after which event, on which date, what kind of sight, balance and equity."""

    after: int
    date: str
    kind: str
    balance: Decimal
    equity: Decimal
    gross: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)


@dataclass
class Story:
    """The rules, the points so far, and how it ended."""

    rules: dict[str, Any]
    points: list[Point] = field(default_factory=list)
    ended: tuple[str, int] | None = None
    locks: list[int] = field(default_factory=list)
    """Places of the points at which the day was locked."""

    @property
    def start(self) -> Decimal:
        """The balance that it began with."""
        return Decimal(self.rules["start"])


def money(value: Any) -> Decimal:
    return Decimal(str(value))


def cut(value: Decimal, rounding: str) -> Decimal:
    return value.quantize(CENT, rounding)


def trade_date(at: str) -> str:
    local = datetime.fromisoformat(at).astimezone(ZoneInfo("America/New_York"))
    return (local + timedelta(days=local.hour >= 18)).date().isoformat()


def tell(rules: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the parts of the answer that the reference can tell."""
    story = Story(rules)
    days, rows, passed = [], [], False
    for place, event in enumerate(events):
        if story.ended is None:
            happen(story, place, event)
        if event["type"] == "session_close" and story.ended is None:
            passed = passed or passes(story)
        rows.append(row(story))
        if event["type"] == "session_close":
            days.append(rows[-1]["floor"])
    return {
        "days": days,
        "rows": rows,
        "ended": story.ended,
        "passed": passed,
        "required": required(story),
        "today": today(story),
        "payout": payout(story),
    }


def happen(story: Story, place: int, event: dict[str, Any]) -> None:
    balance = story.points[-1].balance if story.points else story.start
    equity = story.points[-1].equity if story.points else story.start
    at = event["at"]
    match event["type"]:
        case "trade":
            after = balance + money(event["pnl"]) - money(event["fees"])
            date = trade_date(at)
            sights = [("close of trade", after, after)]
            if event["mae"] is not None:
                sights.insert(0, ("low", balance, balance + money(event["mae"])))
            if event["mfe"] is not None:
                sights.insert(0, ("peak", balance, balance + money(event["mfe"])))
            for kind, closed, live in sights:
                point = Point(place, date, kind, closed, live)
                if kind == "close of trade":
                    point.profit = after - balance
                see(story, point)
        case "equity":
            point = Point(place, trade_date(at), "mark", money(event["balance"]), money(event["equity"]))
            point.profit = point.balance - balance
            see(story, point)
        case "payout":
            gross = money(event["gross"])
            see(story, Point(place, trade_date(at), "payout", balance - gross, equity - gross, gross))
        case "session_close":
            before = datetime.fromisoformat(at) - timedelta(microseconds=1)
            see(story, Point(place, trade_date(before.isoformat()), "session", balance, equity))


def see(story: Story, point: Point) -> None:
    """Add a point and test it, if nothing ended before."""
    daily = story.rules.get("daily")
    at_close = daily is not None and daily["evaluated"] == "close"
    if point.kind == "session" and at_close and story.ended is None:
        hold(story, point, None, daily_floor(story))
    story.points.append(point)
    if story.ended is not None or point.kind == "peak":
        return
    seen = min(point.balance, point.equity) if point.kind == "payout" else point.equity
    tested = None if at_close or point.kind == "payout" else daily_floor(story)
    hold(story, point, floor(story), tested, seen)


def hold(
    story: Story, point: Point, account: Decimal | None, daily: Decimal | None, seen: Decimal | None = None
) -> None:
    seen = point.equity if seen is None else seen
    rules = story.rules
    broken = []
    if account is not None and is_broken(seen, account, rules["drawdown"]["touch_is_breach"]):
        broken.append((account, 0, "max_loss"))
    if daily is not None and is_broken(seen, daily, rules["daily"]["touch_is_breach"]):
        if rules["daily"]["effect"] == "fail":
            broken.append((daily, 1, "daily_loss"))
        elif not broken:
            story.locks.append(len(story.points) - 1)
    if broken:
        story.ended = (max(broken)[2], point.after)


def is_broken(seen: Decimal, limit: Decimal, touch: bool) -> bool:
    return seen <= limit if touch else seen < limit


def highs(story: Story, until: int) -> Decimal:
    """Return the highest of what the trail follows."""
    kind = story.rules["drawdown"]["type"]
    seen = [story.start]
    for point in story.points[:until]:
        if kind == "eod" and point.kind == "session":
            seen.append(point.balance)
        if kind == "closed" and point.kind in ("close of trade", "mark"):
            seen.append(point.balance)
        if kind == "intraday" and point.kind in ("peak", "close of trade", "mark"):
            seen.append(point.equity)
    return max(seen)


def trail(story: Story, until: int) -> tuple[Decimal, bool]:
    """Return floor and lock where no payout had moved it."""
    rule = story.rules["drawdown"]
    amount = money(rule["amount"])
    if rule["type"] == "static":
        return story.start - amount, False
    free = highs(story, until) - amount
    level = stop(story)
    if level is None or free < level:
        return free, False
    return max(level, story.start - amount), True


def stop(story: Story) -> Decimal | None:
    rule = story.rules["drawdown"]
    if rule["lock_on"] == "target_balance":
        return story.start + money(story.rules["target"])
    if rule["lock_on"] == "floor_reaches" and rule["lock_offset"] is not None:
        return story.start + money(rule["lock_offset"])
    return None


def floor_and_lock(story: Story) -> tuple[Decimal | None, bool]:
    rule = story.rules.get("drawdown")
    if rule is None:
        return None, False
    effect = rule["on_payout"]
    if rule["lock_on"] == "first_payout" and effect == "none":
        effect = "set_to_level"
    moved: Decimal | None = None
    for place, point in enumerate(story.points):
        if point.kind == "payout" and effect != "none":
            level = story.start + money(rule["lock_offset"])
            before = trail(story, place)[0] if moved is None else moved
            moved = level if effect == "set_to_level" else max(before, level)
    return trail(story, len(story.points)) if moved is None else (moved, True)


def floor(story: Story) -> Decimal | None:
    return floor_and_lock(story)[0]


def opening(story: Story) -> int:
    """Return the place behind the last close of a session."""
    return max((place + 1 for place, one in enumerate(story.points) if one.kind == "session"), default=0)


def daily_floor(story: Story) -> Decimal | None:
    rule = story.rules.get("daily")
    if rule is None:
        return None
    begins = opening(story)
    balance = story.points[begins - 1].balance if begins else story.start
    equity = story.points[begins - 1].equity if begins else story.start
    paid_today = sum((one.gross for one in story.points[begins:]), Decimal(0))
    base = {"balance": balance, "equity": equity, "max": max(balance, equity)}[rule["anchor"]] - paid_today
    return base - daily_amount(story, begins, balance, base)


def daily_amount(story: Story, begins: int, balance: Decimal, base: Decimal) -> Decimal:
    rule = story.rules["daily"]
    if "amount" in rule:
        return money(rule["amount"])
    if "pct" in rule:
        of = story.start if rule["pct_of"] == "initial" else base
        return cut(of * money(rule["pct"]) / 100, ROUND_HALF_UP)
    tiers = rule["tiers"]
    if tiers["basis"] == "session_open_profit":
        reached = [one for one in tiers["steps"] if balance - story.start >= one[0]]
        return money((reached or tiers["steps"][:1])[-1][1])
    opened = Story(story.rules, story.points[:begins])
    if not floor_and_lock(opened)[1]:
        return money(tiers["before"])
    return cut((highs(story, begins) - story.start) * money(tiers["share_pct"]) / 100, ROUND_HALF_UP)


def row(story: Story) -> dict[str, Any]:
    last = story.points[-1]
    limit, locked = floor_and_lock(story)
    begins = opening(story)
    return {
        "balance": last.balance,
        "floor": limit,
        "locked": locked,
        "room": None if limit is None else last.equity - limit,
        "daily_floor": daily_floor(story),
        "day_locked": any(place >= begins for place in story.locks),
        "qualifying": len(qualifying(story)),
    }


def profits(story: Story, since: int = 0, *, whole_days_only: bool = False) -> dict[str, Decimal]:
    """Return the profit of each date, without what was paid out."""
    made: dict[str, Decimal] = {}
    for point in story.points[since:]:
        made[point.date] = made.get(point.date, Decimal(0)) + point.profit
    if whole_days_only:
        made = {date: one for date, one in made.items() if is_over(story, date)}
    return made


def is_over(story: Story, date: str) -> bool:
    return any(one.kind == "session" and one.date == date for one in story.points)


def since_payout(story: Story) -> int:
    return max((place + 1 for place, one in enumerate(story.points) if one.kind == "payout"), default=0)


def traded(story: Story, since: int = 0) -> set[str]:
    return {one.date for one in story.points[since:] if one.kind == "close of trade"}


def qualifying(story: Story) -> list[str]:
    rule = (story.rules.get("payout") or {}).get("qualifying")
    if rule is None:
        return []
    since = since_payout(story)
    made = profits(story, since, whole_days_only=True)
    return [
        date
        for date, one in made.items()
        if one >= money(rule["profit"]) and (one != 0 or date in traded(story, since))
    ]


def window(story: Story, variant: str) -> tuple[dict[str, Decimal], Decimal]:
    """Return the days that count and what the best of them is held against."""
    if variant == "best_day_since_payout":
        made = profits(story, since_payout(story))
        return made, sum(made.values(), Decimal(0))
    made = profits(story)
    net = sum(made.values(), Decimal(0))
    if variant == "best_day_of_positive_days":
        return made, sum((one for one in made.values() if one > 0), Decimal(0))
    if variant == "best_day_of_target":
        return made, max(money(story.rules["target"]), net)
    return made, net


def best(made: dict[str, Decimal]) -> Decimal:
    return max([*made.values(), Decimal(0)])


def share(rule: dict[str, Any], done: int) -> Decimal:
    ladder = rule.get("pct_by_payout") or [rule["pct"]]
    return money(ladder[min(done, len(ladder) - 1)])


def payouts(story: Story) -> int:
    done: int = (story.rules.get("payout") or {}).get("number_done", 0)
    return done + sum(one.kind == "payout" for one in story.points)


def is_consistent(story: Story, rule: dict[str, Any]) -> bool:
    made, base = window(story, rule["variant"])
    top, most = best(made) * 100, share(rule, payouts(story)) * base
    return top == 0 or top < most or (top == most and rule["inclusive"])


def passes(story: Story) -> bool:
    rules = story.rules
    profit = story.points[-1].balance - story.start
    rule = rules.get("consistency")
    enough = len(traded(story)) >= rules.get("min_days", 0)
    return profit >= money(rules["target"]) and enough and (rule is None or is_consistent(story, rule))


def required(story: Story) -> Decimal:
    target, rule = money(story.rules["target"]), story.rules.get("consistency")
    if rule is None:
        return target
    made, base = window(story, rule["variant"])
    asked = cut(best(made) * 100 / share(rule, payouts(story)), ROUND_CEILING)
    if rule["variant"] == "best_day_of_positive_days":
        missing = asked - base
        asked = sum(made.values(), missing) if missing > 0 else Decimal(0)
    return max(target, asked)


def today(story: Story) -> Decimal | None:
    """Return the highest profit of the running day that leaves no higher share than allowed."""
    rule = story.rules.get("consistency")
    if rule is None:
        return None
    part = share(rule, payouts(story)) / 100
    running = None if not story.points or is_over(story, story.points[-1].date) else story.points[-1].date
    before = Story(story.rules, [one for one in story.points if one.date != running])
    if rule["variant"] == "best_day_since_payout":
        paid = since_payout(story)
        before = Story(story.rules, [one for one in story.points[paid:] if one.date != running])
    made, base = window(before, rule["variant"])
    if rule["variant"] == "best_day_of_target":
        return max(best(made), cut(money(story.rules["target"]) * part, ROUND_FLOOR))
    return None if part == 1 else max(best(made), cut(base * part / (1 - part), ROUND_FLOOR))


def payout(story: Story) -> Any:
    rule = story.rules.get("payout")
    if rule is None or story.ended is not None:
        return None
    last = story.points[-1]
    since = since_payout(story)
    new = sum(profits(story, since).values(), Decimal(0))
    bases = {"balance": last.balance, "total_profit": last.balance - story.start, "cycle_profit": new}
    bounds = [last.balance - story.start - money(rule["retain"])]
    bounds.append(cut(bases[rule["share_base"]] * money(rule["share_pct"]) / 100, ROUND_HALF_UP))
    bounds.append(cut(new * money(rule["new_profit_multiple"]), ROUND_HALF_UP))
    caps = rule["cap_by_payout"]
    if payouts(story) < len(caps):
        bounds.append(money(caps[payouts(story)]))
    gross = min(bounds)
    blockers = {
        "qualifying_days": len(qualifying(story)) < rule["qualifying"]["days"],
        "min_balance": last.balance < money(rule["min_balance"]),
        "consistency": not is_consistent(story, rule["consistency"]),
        "trading_days": len(traded(story, since)) < rule["trading_days"],
        "max_payouts": payouts(story) >= len(caps),
        "min_payout": gross < money(rule["min"]) or gross <= 0,
        "day_locked": row(story)["day_locked"],
        "open_positions": last.equity != last.balance,
    }
    found = [name for name, stands in blockers.items() if stands]
    if found:
        return found
    return gross, cut(gross * money(rule["split_pct"]) / 100, ROUND_HALF_UP) - money(rule["fee"])
