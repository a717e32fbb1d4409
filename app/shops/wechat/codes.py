"""What each errcode of WeChat Store means for a person, and what the program does about it."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.text import T
from app.domain.waybills import ProblemClass
from app.shops.wechat.after_sale_codes import AFTER_SALES
from app.shops.wechat.reactions import AGAIN as _AGAIN
from app.shops.wechat.reactions import LOOK as _LOOK
from app.shops.wechat.reactions import MALFORMED as _MALFORMED
from app.shops.wechat.reactions import Meaning, Reaction
from app.shops.wechat.reactions import auth as _auth
from app.shops.wechat.reactions import fix as _fix
from app.shops.wechat.reactions import later as _later
from app.shops.wechat.reactions import ours as _ours
from app.shops.wechat.reactions import reread as _reread

__all__ = ["MEANINGS", "Meaning", "Reaction", "is_documented", "meaning"]


TOKEN_CODES = frozenset({40001, 40014, 42001})
BUSY_CODES = frozenset({-1, 45011, 10025011})
QUOTA_CODE = 45009
UPDATING_CODE = 100003
RETRY_AFTER_S: Mapping[int, float] = {
    -1: 5.0,
    45009: 60.0,
    45011: 10.0,
    UPDATING_CODE: 2.0,
    10021044: 3.0,
    10021059: 60.0,  # one refund of an order a minute
}

_UNDOCUMENTED = "wechat_"  # and the number: the name of an error nobody has documented
_CONSOLE = T("Check app_id and app_secret of the shop in the WeChat Store console.")
_NOT_ALLOWED = T("The app may not use this function of the shop.")
_PULL_AGAIN = T("Fetch the shop's products again: listings pull")
_ACCOUNT = T("Check the e-waybill account in the WeChat Store console.")


_TOKEN_REFUSED = _auth(
    T("WeChat Store does not accept our access."),
    T("Check app_secret, and that no other program renews the access of this app."),
    Reaction.RENEW,
)
_SUITS_NO_SHOP = T("WeChat Store does not know this app_id or app_secret.")

_GLOBAL: Mapping[int, Meaning] = {
    # "System busy" says nothing about the effect: reads repeat it, bookings and reports read back.
    -1: Meaning(
        "shop_busy",
        Reaction.UNSURE,
        ProblemClass.RATE,
        T("WeChat Store is busy."),
        _AGAIN,
    ),
    -2: _ours(_MALFORMED),
    40001: _TOKEN_REFUSED,
    40014: _TOKEN_REFUSED,
    42001: _TOKEN_REFUSED,
    40002: _auth(_SUITS_NO_SHOP, _CONSOLE),
    40013: _auth(_SUITS_NO_SHOP, _CONSOLE),
    40125: _auth(_SUITS_NO_SHOP, _CONSOLE),
    40164: _fix(
        "shop_ip",
        ProblemClass.AUTH,
        T("WeChat Store does not let this network in."),
        T("Find out this network's public IP and add it to the IP whitelist of the app."),
    ),
    41001: _ours(_MALFORMED),
    40066: _ours(T("WeChat Store does not know this call.")),
    40097: _ours(_MALFORMED),
    43001: _ours(_MALFORMED),
    43002: _ours(_MALFORMED),
    45009: _later(
        "shop_quota",
        T("The app has used up its calls of WeChat Store."),
        T("Wait until the quota is renewed, or lower calls_per_minute of the shop."),
    ),
    45011: _later("shop_busy", T("WeChat Store asks for fewer calls.")),
    47001: _ours(_MALFORMED),
    48001: _fix(
        "shop_permission",
        ProblemClass.AUTH,
        _NOT_ALLOWED,
        T("Use the app_id of the shop itself, and grant the app its rights in the console."),
    ),
    61023: _auth(
        T("The shop's authorisation has ended."), T("Authorise the service for the shop again.")
    ),
    10020050: _fix(
        "shop_permission",
        ProblemClass.AUTH,
        _NOT_ALLOWED,
        T("Grant the app its rights in the WeChat Store console."),
    ),
    10020051: _ours(_MALFORMED),
    10020055: _ours(_MALFORMED),
}

_ORDERS: Mapping[int, Meaning] = {
    31042: _later(
        "sync_narrow", T("Too many orders changed in this time; asking in smaller steps.")
    ),
    606006: _later("sync_restart", T("The list of orders has changed; starting it again.")),
    100002: _reread(
        "order_missing",
        T("This shop does not have the order."),
        T("Check that the order belongs to this shop."),
    ),
    100003: _later("order_busy", T("WeChat Store is just changing the order.")),
    606000: _reread(
        "address_too_late",
        T("The order is shipped or closed; its address cannot be changed any more."),
        T("If the parcel is still here, ask the carrier or the buyer what to do."),
    ),
    606001: _fix(
        "address_too_often",
        ProblemClass.OTHER,
        T("The address of this order has been changed as often as the shop allows."),
        T("Ask the buyer to order again, or change it in the WeChat Store console."),
    ),
    606002: _fix(
        "address_incomplete",
        ProblemClass.FIX_ADDRESS,
        T("The new address is not complete."),
        T("Give name, phone, province, city and the full address."),
    ),
    6060453: _fix(
        "virtual_number",
        ProblemClass.PHONE,
        T("The order has no virtual number."),
        T("Use the platform's label for this order."),
    ),
}

_DELIVERY: Mapping[int, Meaning] = {
    108009: _reread(
        "order_after_sale",
        T("An after-sale of this order is still open."),
        T("Keep the parcel here and settle the after-sale first."),
    ),
    109000: Meaning(
        "report_goods",
        Reaction.UNSURE,
        ProblemClass.OTHER,
        T("WeChat Store says: already shipped, refunded, or another number of pieces."),
        _LOOK,
    ),
    109001: Meaning(
        "report_done",
        Reaction.UNSURE,
        ProblemClass.DUPLICATE,
        T("WeChat Store says that the order is shipped already."),
        _LOOK,
    ),
    109002: _ours(_MALFORMED),
    109205: _fix(
        "report_online_waybill",
        ProblemClass.DUPLICATE,
        T("An online waybill was ordered for these goods; another number is refused."),
        T("Cancel the online waybill in the console, or ship with its number."),
    ),
    606003: _fix(
        "shop_return_address",
        ProblemClass.ACCOUNT,
        T("The shop has no default return address."),
        T("Set one in the WeChat Store console, then send again."),
    ),
    606004: _fix(
        "report_carrier",
        ProblemClass.ACCOUNT,
        T("WeChat Store does not know this carrier."),
        T("Choose another carrier for the parcel."),
    ),
    606005: _fix(
        "report_number",
        ProblemClass.OTHER,
        T("WeChat Store says that this is not a number of that carrier."),
        T("Compare number and carrier on the label, correct them, then send again."),
    ),
    606008: _ours(T("This order is not shipped by parcel.")),
    606030: _fix(
        "report_split",
        ProblemClass.OTHER,
        T("All pieces of one listing must be reported with one number."),
        T("Put them into one parcel, or split them with extra parcels."),
    ),
    606031: _reread(
        "report_listing",
        T("The goods reported are not those of the order; the buyer may have changed the variant."),
    ),
    606034: _fix(
        "report_other_service",
        ProblemClass.AUTH,
        T("The order is bound to another service; it cannot be shipped from here."),
        T("Ship it there, or end that binding in the WeChat Store console."),
    ),
}

_LABELS: Mapping[int, Meaning] = {
    1000003: _reread("label_not_found", T("WeChat Store does not have this waybill.")),
    10025005: _fix(
        "label_refused",
        ProblemClass.OTHER,
        T("The carrier gave no number."),
        T("Correct what it says, or choose another carrier."),
    ),
    10025006: _fix(
        "label_not_cancelled",
        ProblemClass.ALREADY_MOVING,
        T("The carrier does not cancel this number any more."),
        T("If the parcel is still here, ask the courier."),
    ),
    10025010: _reread("label_not_found", T("WeChat Store does not have this waybill.")),
    10025011: Meaning(
        "label_busy",
        Reaction.UNSURE,
        ProblemClass.RATE,
        T("WeChat Store is just changing this waybill."),
        _AGAIN,
    ),
    10025012: _fix(
        "label_carrier",
        ProblemClass.ACCOUNT,
        T("WeChat Store makes no labels for this carrier."),
        T("Choose another carrier for the parcel."),
    ),
    10025013: _fix(
        "label_site", ProblemClass.ACCOUNT, T("The carrier's branch is not right."), _ACCOUNT
    ),
    10025014: _fix(
        "label_account", ProblemClass.ACCOUNT, T("The e-waybill account is not right."), _ACCOUNT
    ),
    10025015: _fix(
        "label_sender",
        ProblemClass.FIX_ADDRESS,
        T("The sender is not complete, or not the one of the account."),
        T("Use the sender address of the e-waybill account, with name and phone."),
    ),
    10025016: _fix(
        "label_receiver",
        ProblemClass.FIX_ADDRESS,
        T("The receiver is not the one of the order."),
        T("Fetch the order again; if the address changed, ask for a new number."),
    ),
    10025017: _reread(
        "label_order",
        T("The order does not fit: refunded, of another shop, or changed."),
    ),
    10025018: _fix(
        "label_account", ProblemClass.ACCOUNT, T("The e-waybill account is not right."), _ACCOUNT
    ),
    10025019: Meaning(
        "label_exists",
        Reaction.UNSURE,
        ProblemClass.DUPLICATE,
        T("WeChat Store has used this key before."),
        T("Ask for a number again; the program takes a new key."),
    ),
    10025020: _ours(_MALFORMED),
    10025102: _fix(
        "label_carrier",
        ProblemClass.ACCOUNT,
        T("WeChat Store makes no labels for this carrier."),
        T("Choose another carrier for the parcel."),
    ),
    10025106: _fix(
        "label_template",
        ProblemClass.ACCOUNT,
        T("The label template does not exist."),
        T("Check the label templates in the WeChat Store console."),
    ),
    10025120: _fix(
        "label_no_account",
        ProblemClass.ACCOUNT,
        T("No e-waybill account is bound to the shop."),
        T("Bind one in the WeChat Store console, then fetch the accounts again."),
    ),
    10025125: Meaning(
        "label_template",
        Reaction.UNSURE,
        ProblemClass.ACCOUNT,
        T("WeChat Store could not make the label."),
        T("Check the label templates in the WeChat Store console."),
    ),
}

_GOODS: Mapping[int, Meaning] = {
    10020008: _fix(
        "listing_blocked",
        ProblemClass.PROHIBITED,
        T("WeChat Store does not let this product be changed now."),
        T("Look in the console why: the platform may have taken it off, or holds it in an event."),
    ),
    10020014: _fix(
        "listing_flash_sale",
        ProblemClass.OTHER,
        T("A flash sale holds this variant; its stock and price cannot be changed."),
        T("Wait until the flash sale is over, or stop it in the WeChat Store console."),
    ),
    10020034: _reread(
        "listing_missing", T("The product has no such variant any more."), _PULL_AGAIN
    ),
    10020049: _fix(
        "listing_review",
        ProblemClass.OTHER,
        T("WeChat Store is reviewing this product; it cannot be changed until then."),
        T("Wait for the review, or withdraw the product from it in the console."),
    ),
    10020052: _reread("listing_missing", T("The shop has no such product."), _PULL_AGAIN),
    10020054: _reread(
        "stock_refused",
        T("WeChat Store did not change the stock: fewer pieces left, or not changeable now."),
        T("Compare the stock again: stock reconcile"),
    ),
    10020065: _reread("listing_off", T("The product is not on sale in the shop."), _PULL_AGAIN),
    10020066: _fix(
        "listing_reviews",
        ProblemClass.OTHER,
        T("The shop has used up its reviews of today."),
        T("Put the product on sale tomorrow."),
    ),
    10020067: _fix(
        "listing_uploading",
        ProblemClass.OTHER,
        T("WeChat Store is still working on the last change of this product."),
        T("Try again in a few minutes."),
    ),
}

MEANINGS: Mapping[int, Meaning] = {
    **_GLOBAL,
    **_ORDERS,
    **_DELIVERY,
    **_LABELS,
    **_GOODS,
    **AFTER_SALES,
}
"""Every errcode of the calls this program makes, as far as it is documented."""


def meaning(code: int) -> Meaning:
    """What ``code`` means; an undocumented one may have happened and is shown with its number."""
    return MEANINGS.get(code) or Meaning(
        f"{_UNDOCUMENTED}{code}",
        Reaction.UNSURE,
        ProblemClass.OTHER,
        T("WeChat Store refused with code {code}.", code=code),
        T("Look the code up in the console, or send it with the log to support."),
    )


def is_documented(name: str) -> bool:
    """Whether the error called ``name`` is one whose meaning is known."""
    return not name.startswith(_UNDOCUMENTED)
