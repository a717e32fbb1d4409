"""What nobody could settle about WeChat Store's API, as switches.

Each default is the reading that hurts a careless client most, so that a client which passes here
passes with the other reading too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class IpBlock(Enum):
    """How the gateway refuses an address that is not on the shop's list."""

    OFF = "off"
    ERRCODE = "errcode"
    """errcode 40164 with the address that was seen."""
    HTTP_403 = "http_403"
    """A bare HTTP 403 without a body."""


@dataclass(slots=True)
class WechatQuirks:
    """Switches of one shop; may be changed while the server runs."""

    # The gateway
    ip_block: IpBlock = IpBlock.OFF
    seen_ip: str = "203.0.113.9"
    calls_per_minute: int = 10_000
    calls_per_day: int = 500_000
    endpoint_calls_per_minute: Mapping[str, int] = field(default_factory=dict)
    """Limits of single endpoints: path to calls per minute."""
    literal_unicode_escapes: bool = True
    r"""A ``\uXXXX`` in a body is stored as those six characters, an old habit of the platform."""
    refuse_unknown_fields: bool = True
    """A field no document knows is refused with 40097 (the platform ignores it, hiding a typo)."""
    unknown_fields_in_answers: bool = True
    """Answers hold fields no document knows, as they do whenever the platform grows."""
    omit_errcode_on_success: bool = False

    # Tokens
    token_life_s: int = 7200
    token_length: int = 512
    token_overlap_s: int = 0
    """How long the token before the last ``/cgi-bin/token`` call still works."""
    refuse_early_force_refresh: bool = True
    """force_refresh within 30 s: refused with 45011 (else: answered with the unchanged token)."""

    # Orders
    both_ranges_refused: bool = True
    """Creation and update range in one call: 40097 (else: both must hold)."""
    max_orders_in_range: int = 10_000
    """More orders than this in a time range: 31042."""
    full_page_has_more: bool = True
    """A full page says has_more even if the next one turns out empty."""
    index_lag_s: float = 0.0
    """So much later than its update_time an order appears in lists."""
    pages_repeat: float = 0.0
    """Share of the pages of order/list/get that repeat an id of the page before."""
    pages_omit: float = 0.0
    """Share of the pages that leave one of their ids out, as when orders change meanwhile."""
    page_keys_move: float = 0.0
    """Share of the further pages whose key no longer fits (606006)."""
    numeric_list_ids: bool = False
    """Ids in order_id_list come as JSON numbers."""
    numeric_ids: bool = False
    """order_id, product_id and sku_id in order/get come as JSON numbers."""
    free_gift_as_number: bool = False
    """is_free_gift is 0 or 1 instead of false or true."""
    merchant_notes_max: int = 100
    address_update_negotiates: bool = True
    """The merchant's own address/update waits for the buyer (older shops: in force at once)."""
    all_refunded_status: int = 250
    """Status of an order whose every unit was refunded before shipping; older texts say 200."""
    aftersale_touches_order: bool = True
    """What happens to an after-sale also moves the order's update_time."""

    # Receiver
    decodes_per_day: int = 30
    decode_refusals_after_get: int = 1
    """So many decodes right after an order/get of the same order are refused with 100003."""

    virtual_extensions_max: int = 3
    """How often a virtual number can be made to last longer."""

    # Shipping
    serials_needed: bool = True
    """Goods subsidised by the state are refused (40097) without ``sn_info``."""
    gifts_ship_themselves: bool = False
    """A free-gift line left out of delivery/send does not keep the order at 21."""
    price_difference_blocks: bool = False
    """An open refund of a price difference blocks shipping as well (108009)."""
    refuse_second_waybill: bool = False
    """Goods with a live platform waybill refuse another number with 109205."""
    delivery_updates_max: int = 1
    """How often deliveryinfo/update may change one parcel."""

    # Platform labels
    refused_ids_are_burnt: bool = True
    """After a carrier's refusal create says 10025019 for the id and order/get 10025010."""
    carriers_refusing_masked: frozenset[str] = frozenset({"YUNDA"})
    """Carriers that refuse a masked receiver with 10025005."""
    carriers_wanting_street: frozenset[str] = frozenset()
    """Carriers that refuse a sender without a street with 10025015."""
    sender_must_match_account: bool = True
    receiver_must_match_order: bool = True
    create_without_template: int = 10025125
    """How order/create refuses a template that is not there (10025106 is the other reading)."""
    label_lists_boxes: bool = True
    """order/get of a label lists the numbers of its boxes (the documents do not show them)."""
    more_in_label_answers: Mapping[str, Any] = field(default_factory=dict)
    """What order/create tells besides: consolidation_waybill_info, changed_info …"""
    cancel_twice_refused: bool = True
    """Cancelling a cancelled waybill: 10025006 (else: success again)."""

    # After-sales
    aftersale_page_size: int = 10
    aftersale_update_pair: bool = True
    """getaftersalelist takes the update pair (older shops refuse it with 40097)."""
    deadline_is_remaining: bool = True
    """``deadline`` holds the seconds left instead of a timestamp."""
    reject_scenes_checked: bool = True
    """A reason for a rejection is taken at its own step only (reject_scene 1: asked, 2: back)."""
    reject_list_renamed: bool = False
    """rejectreason/get calls its list reject_reason_list, as one source has it."""
    reject_wants_evidence: bool = True
    """A buyer who says that the goods arrived is rejected with certificates only (40097)."""
    picture_max_bytes: int = 2_000_000

    # Goods
    orders_take_stock: bool = True
    refunds_return_stock: bool = True
    goods_key_stays: bool = False
    """product/list/get: the last page answers the key it was asked with, for ever."""
    goods_total: bool = True
    """product/list/get tells total_num (else 0)."""
    listing_is_reviewed: bool = True
    """product/listing puts a product in for review (else: on sale at once)."""
