"""Labels that do not last are said before the run; numbers that do not come back are shown."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.text import T
from app.services.carriers import states
from app.services.numbers import balances, labelling, number_ledger, number_returns, voiding
from app.services.numbers.number_returns import ReturnState
from app.services.orders import details, queries
from app.services.parcels.parcel_queries import parcel_rows
from app.services.telling import outbox
from app.services.waves import wave_views, waves
from app.simulators.wechat.records import LabelAccount
from tests.support.warehouse import Bench
from tests.ui.orders_window import (
    WAIT_MS,
    Hands,
    orders_page,
    settle,
    shown_product,
    tell,
)
from ui.main_window import Product
from ui.pages.waves.account_row import AccountRow
from ui.pages.waves.new_wave import NewWaveForm
from ui.pages.waves.page import WavesPage
from ui.pages.waves.returns_card import ReturnRow
from ui.pages.waves.unused_card import UnusedCard
from ui.widgets.buttons import Button
from ui.widgets.dialog import Dialog
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import ToneCard

LEFT = 2


def opened(qtbot: QtBot, product: Product) -> WavesPage:
    product.window.go("waves")
    page = product.window.page("waves")
    assert isinstance(page, WavesPage)
    settle(qtbot, product)
    return page


def nearly_empty(bench: Bench) -> tuple[LabelAccount, list[str]]:
    """Leave two labels in the busiest franchise account; the parcels that want one of it."""
    loose = [p for p in wave_views.loose_rows(bench.work) if p.route == "platform"]
    accounts = {
        (name, account.acct_id): account
        for name, shop in bench.world.shops.items()
        for account in shop.accounts
        if account.company_type == 1
    }
    wanted = Counter((p.shop, p.account) for p in loose if (p.shop, p.account) in accounts)
    key, count = wanted.most_common(1)[0]
    assert count > LEFT
    accounts[key].available = LEFT
    bench.clock.advance(minutes=10)
    return accounts[key], [p.id for p in loose if (p.shop, p.account) == key]


def said(product: Product, page: WavesPage) -> list[str]:
    cards = page.sheet.shortage.findChildren(ToneCard)
    return [card.accessibleName() for card in cards if card.isVisible()]


def test_low_balance_is_said_in_the_question_of_a_new_wave(qtbot: QtBot, bench: Bench) -> None:
    _, parcels = nearly_empty(bench)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        Hands(product).press(Qt.Key.Key_N)
        qtbot.waitUntil(lambda: bool(product.window.findChildren(Dialog)), timeout=WAIT_MS)
        settle(qtbot, product)
        form = product.window.findChild(NewWaveForm)
        assert form is not None
        assert form.shortage.isVisible()
        (card,) = form.shortage.findChildren(ToneCard)
        assert str(LEFT) in card.accessibleName()
        assert str(len(parcels)) in card.accessibleName()
        form.limit.setText(str(1))
        settle(qtbot, product)
        qtbot.waitUntil(lambda: not form.shortage.isVisible(), timeout=WAIT_MS)
        product.window.findChildren(Dialog)[0].dismiss()
        assert page.sheet is not None


def questions(product: Product) -> list[Dialog]:
    return [d for d in product.window.findChildren(Dialog) if d.isVisible()]


def press_p(qtbot: QtBot, product: Product, bench: Bench) -> None:
    """Wait for what comes of it: a question, or a wave."""
    Hands(product).press(Qt.Key.Key_P)
    qtbot.waitUntil(
        lambda: bool(questions(product) or details.waves_list(bench.work)), timeout=WAIT_MS
    )
    settle(qtbot, product)


def question(product: Product) -> Dialog:
    (found,) = questions(product)
    return found


def selected_orders(qtbot: QtBot, product: Product, bench: Bench, parcels: list[str]) -> None:
    """Select the orders of these parcels in the list."""
    page = orders_page(product)
    page.tabs.choose("to_label")
    settle(qtbot, product)
    numbers = [order for r in parcel_rows(bench.work, parcels) for order in r.order_ids]
    page.table.selection.select_only(
        [o for n in numbers if (o := queries.find_order(bench.work, n)) is not None]
    )
    settle(qtbot, product)


def test_low_balance_is_asked_about_before_orders_are_printed(qtbot: QtBot, bench: Bench) -> None:
    _, parcels = nearly_empty(bench)
    with shown_product(qtbot, bench) as product:
        selected_orders(qtbot, product, bench, parcels)
        press_p(qtbot, product, bench)
        (card,) = question(product).findChildren(ToneCard)
        assert str(LEFT) in card.accessibleName()
        assert str(len(parcels)) in card.accessibleName()
        question(product).dismiss()
        settle(qtbot, product)
        assert details.waves_list(bench.work) == []
        press_p(qtbot, product, bench)
        question(product).buttons["go"].click()
        settle(qtbot, product)
        (wave,) = details.waves_list(bench.work)
        assert wave.parcels == len(parcels)


def test_enough_labels_are_printed_without_a_question(qtbot: QtBot, bench: Bench) -> None:
    _, parcels = nearly_empty(bench)
    with shown_product(qtbot, bench) as product:
        selected_orders(qtbot, product, bench, parcels[:LEFT])
        press_p(qtbot, product, bench)
        assert questions(product) == []
        (wave,) = details.waves_list(bench.work)
        assert wave.printed == LEFT


def test_low_balance_is_asked_about_before_loose_parcels_are_printed(
    qtbot: QtBot, bench: Bench
) -> None:
    _, parcels = nearly_empty(bench)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.tabs.choose("loose")
        settle(qtbot, product)
        page.loose_tab.table.selection.select_only(parcels)
        press_p(qtbot, product, bench)
        question(product).buttons["stay"].click()
        settle(qtbot, product)
        assert details.waves_list(bench.work) == []
        assert set(page.loose_tab._chosen()) == set(parcels)
        press_p(qtbot, product, bench)
        question(product).buttons["go"].click()
        settle(qtbot, product)
        (wave,) = details.waves_list(bench.work)
        assert wave.parcels == len(parcels)
        assert page.loose_tab._chosen() == ()


def test_what_would_stay_behind_changes_carrier_before_the_run(qtbot: QtBot, bench: Bench) -> None:
    _, parcels = nearly_empty(bench)
    waves.create(bench.work, only=parcels)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        qtbot.waitUntil(lambda: bool(said(product, page)), timeout=WAIT_MS)
        settle(qtbot, product)
        before = {r.id: r.carrier for r in parcel_rows(bench.work, parcels)}
        (short,) = page.sheet.shortage._shown
        assert len(short.parcels) == len(parcels) - LEFT
        other = next(c for c in page.sheet.shortage._others if c != short.carrier)
        page.balances.change_carrier(short.parcels, other)
        settle(qtbot, product)
        qtbot.waitUntil(lambda: not said(product, page), timeout=WAIT_MS)
        after = {r.id: r.carrier for r in parcel_rows(bench.work, parcels)}
        changed = {p for p in parcels if after[p] != before[p]}
        assert changed == set(short.parcels)


def test_number_that_the_carrier_keeps_is_shown_until_somebody_has_seen_it(
    qtbot: QtBot, bench: Bench
) -> None:
    parcel = next(p for p in wave_views.loose_rows(bench.work) if p.route == "platform")
    labelling.label_parcels(bench.work, [parcel.id])
    number = parcel_rows(bench.work, [parcel.id])[0].waybill
    bench.world.shops[parcel.shop].pick_up(number)
    voiding.cancel_waybill(bench.work, number)
    outbox.drain(bench.work)
    assert number_returns.listed(bench.work)[0].state is ReturnState.REFUSED
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.tabs.choose("balance")
        settle(qtbot, product)
        (row,) = page.balance_tab.findChildren(ReturnRow)
        assert number in [label.text() for label in row.findChildren(TextLabel)]
        seen = next(b for b in row.findChildren(Button) if b.text() == "I have seen it")
        seen.click()
        settle(qtbot, product)
        tell(qtbot, product, "outbox")
        assert number_returns.listed(bench.work) == []


def test_direct_accounts_show_what_they_have_left(qtbot: QtBot, bench: Bench) -> None:
    bench.world.yunda.leave_numbers(bench.scenario.accounts.yunda.app_key, 12)
    balances.refresh_direct(bench.work)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.tabs.choose("balance")
        settle(qtbot, product)
        shown = [label.text() for label in page.balance_tab.findChildren(TextLabel)]
        assert "12 labels left · top up soon" in shown
        assert shown.count("100,000 labels left") >= 1
        bench.world.yunda.leave_numbers(bench.scenario.accounts.yunda.app_key, 0)
        button = next(b for b in page.balance_tab.findChildren(Button) if b.objectName() == "yunda")
        button.click()
        settle(qtbot, product)
        tell(qtbot, product, "shops")

        def told() -> None:
            said = _account_row(page, "yunda").said.accessibleName()
            assert "No waybill numbers are left at Yunda Express." in said

        qtbot.waitUntil(told, timeout=WAIT_MS)


def test_numbers_taken_and_never_used_are_counted_and_given_back(
    qtbot: QtBot, bench: Bench
) -> None:
    parcel = next(p for p in wave_views.loose_rows(bench.work) if p.route == "platform")
    labelling.label_parcels(bench.work, [parcel.id])
    bench.clock.advance(hours=4 * 24)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.tabs.choose("balance")
        settle(qtbot, product)
        (card,) = page.balance_tab.findChildren(UnusedCard)
        (button,) = card.findChildren(Button)
        assert "1" in button.text()
        button.click()
        settle(qtbot, product)
        assert not number_ledger.unused(bench.work)
        assert parcel_rows(bench.work, [parcel.id])[0].waybill == ""
        tell(qtbot, product, "outbox")
        qtbot.waitUntil(lambda: page.balance_tab.findChildren(UnusedCard) == [], timeout=WAIT_MS)


def test_a_typed_number_preselects_its_company(qtbot: QtBot, bench: Bench) -> None:
    parcel = next(p for p in wave_views.loose_rows(bench.work) if p.route == "platform")
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.acts._ask_number(parcel.id)
        question = page.acts._question
        question.form.number.setText("YT1234567890123")
        qtbot.waitUntil(lambda: question.form.company.currentData() == "yto", timeout=WAIT_MS)
        settle(qtbot, product)
        question.dialog.buttons["take"].click()
        settle(qtbot, product)
        (row,) = parcel_rows(bench.work, [parcel.id])
        assert (row.waybill, row.carrier) == ("YT1234567890123", "yto")


def _account_row(page: WavesPage, name: str) -> AccountRow:
    """The row of a direct account; rows are made anew with every reading."""
    rows = page.balance_tab.findChildren(AccountRow)
    return next(r for r in rows if r.isVisible() and r.findChild(QWidget, name) is not None)


def test_a_direct_account_shows_its_calls_and_is_bound_once(qtbot: QtBot, bench: Bench) -> None:
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.tabs.choose("balance")
        settle(qtbot, product)
        assert _account_row(page, "zto").facts.text() == ""
        button = _account_row(page, "zto").findChild(Button, "bind:zto")
        assert isinstance(button, Button)
        button.click()
        settle(qtbot, product)
        page.refresh(page.topics)
        settle(qtbot, product)
        row = _account_row(page, "zto")
        assert row.findChild(Button, "bind:zto") is None
        # The site is asked for by its name, then the account is bound.
        assert row.facts.text().startswith("2 calls today")
        (state,) = [s for s in states.listed(bench.work) if s.account == "zto"]
        assert state.bound_at is not None
        assert _account_row(page, "sf").findChild(Button, "bind:sf") is None


def test_an_account_in_trouble_says_what_to_do(qtbot: QtBot, bench: Bench) -> None:
    states.note_refusal(
        bench.work, "zto", "account", T("Keys are wrong."), T("Type them anew."), empty=False
    )
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.tabs.choose("balance")
        settle(qtbot, product)
        said = _account_row(page, "zto").said
        assert said.isVisible()
        assert said.accessibleName() == "Keys are wrong.\nType them anew."
