"""Amounts and shares that no account can have are refused, however they are written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from secondskies_desktop.prop.money import NotMoney, cents, millionths


@pytest.mark.parametrize("text", ["1e99999999", "-1e99999999", "1e30"])
def test_that_what_is_beyond_all_money_is_refused(text: str) -> None:
    with pytest.raises(NotMoney, match="is beyond"):
        cents(Decimal(text))
    with pytest.raises(NotMoney, match="is beyond"):
        millionths(Decimal(text))
