"""The errcodes of WeChat Store's after-sales.

Source: WeChat Store, after-sales, codes of the actions.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.text import T
from app.domain.waybills import ProblemClass
from app.shops.wechat.reactions import MALFORMED, Meaning, fix, later, ours, reread

_SEE_NOW = T("Nothing was done; what the after-sale is now is shown.")
_NOT_HERE = T("WeChat Store does not have this after-sale in this shop.")
AFTER_SALES: Mapping[int, Meaning] = {
    10020000: reread("after_sale_missing", _NOT_HERE, _SEE_NOW),
    10020001: reread("after_sale_missing", _NOT_HERE, _SEE_NOW),
    10020004: ours(MALFORMED),
    10021041: reread(
        "after_sale_state", T("The after-sale has moved on; this is no longer possible."), _SEE_NOW
    ),
    10021043: reread("after_sale_missing", _NOT_HERE, _SEE_NOW),
    10021044: later("after_sale_busy", T("WeChat Store is just changing the after-sale.")),
    10021045: reread(
        "refund_failed",
        T("WeChat Store could not pay the money back."),
        T("Look at the shop's account in the WeChat Store console, then pay again."),
    ),
    10021046: fix(
        "refund_balance",
        ProblemClass.BALANCE,
        T("There is too little money in the shop's account to pay it back."),
        T("Top up the shop's account in the WeChat Store console, then pay again."),
    ),
    10021050: reread("after_sale_missing", _NOT_HERE, _SEE_NOW),
    10021057: reread("after_sale_missing", _NOT_HERE, _SEE_NOW),
    10021059: later(
        "after_sale_wait",
        T("WeChat Store takes one refund of an order a minute."),
        T("Wait a minute, then do it again."),
    ),
    10020261: fix(
        "after_sale_words",
        ProblemClass.OTHER,
        T("WeChat Store does not take some characters of the words."),
        T("Leave out emoji and unusual signs, then send it again."),
    ),
    9700224: fix(
        "exchange_carrier",
        ProblemClass.ACCOUNT,
        T("WeChat Store does not take this carrier or number for an exchange."),
        T("Name the carrier itself (“other” is not possible), and compare the number."),
    ),
}
