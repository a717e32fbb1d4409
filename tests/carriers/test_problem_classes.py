"""Every code and phrase that integrators have met, and the class it belongs to."""

from __future__ import annotations

import pytest

from app.carriers.account import read_account
from app.carriers.jt.errors import jt_problem
from app.carriers.kuaidi100.errors import kd100_problem
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.problems import kind_of_phrase, leaves_it_open, problem
from app.carriers.sf.errors import sf_problem
from app.carriers.yunda.errors import yunda_problem
from app.carriers.zto.errors import zto_problem
from app.domain.fixes import FIX_WORDS
from app.domain.waybills import ProblemClass
from app.i18n import CHINESE, ENGLISH, install_language
from tests.carriers.samples import KUAIDI100_CONFIG, sample

K = ProblemClass
# The collection writes codes and remarks between the phrases; these are the phrases.
_NOT_PHRASES = ("SF ", "ZTO ", "Yunda ", "JD ", "timeout", "HTTP")


def _collected() -> list[tuple[str, ProblemClass]]:
    found = []
    for name, items in sample("error_reactions")["classes"].items():
        if name == "UNKNOWN_STATE":
            continue
        for item in items:
            if not item.startswith(_NOT_PHRASES):
                found += [(phrase, ProblemClass[name]) for phrase in item.split("/")]
    return found


_ELSEWHERE = {  # the collection's class is right, a more exact one exists here
    "不支持虚拟手机号取号": K.MASKED,
}


@pytest.mark.parametrize(("phrase", "kind"), _collected())
def test_every_collected_phrase_has_its_class(phrase: str, kind: ProblemClass) -> None:
    assert kind_of_phrase(phrase) is _ELSEWHERE.get(phrase, kind)


def _codes() -> list[tuple[str, str, ProblemClass]]:
    """Carrier, code and class of every code in the collection; ``7500-7503`` are four."""
    found = []
    for name, items in sample("error_reactions")["classes"].items():
        if name == "UNKNOWN_STATE":
            continue
        for item in items:
            carrier, _, rest = item.partition(" ")
            if carrier in _BY_CODE and "filterResult" not in item:
                found += [(carrier, code, ProblemClass[name]) for code in _each(rest)]
            elif carrier == "SF":
                found += [(carrier, code, ProblemClass[name]) for code in ("8052", "8053")]
    return found


def _each(codes: str) -> list[str]:
    found: list[str] = []
    for code in codes.split():
        first, dash, last = code.partition("-")
        if dash:
            found += [str(n) for n in range(int(first), int(last) + 1)]
        elif code.isascii() and code.isalnum():
            found.append(code)
    return found


_BY_CODE = {"SF": sf_problem, "ZTO": zto_problem, "Yunda": yunda_problem}
_EXACTER = {  # the collection names 7200 twice; permission to a service is a matter of keys
    ("Yunda", "7200"): K.AUTH,
    ("Yunda", "7500"): K.DAY_LIMIT,  # not "wait a minute": tomorrow
    ("Yunda", "7501"): K.DAY_LIMIT,
}


@pytest.mark.parametrize(("carrier", "code", "kind"), _codes())
def test_every_collected_code_has_its_class(carrier: str, code: str, kind: ProblemClass) -> None:
    assert _BY_CODE[carrier](code, "…").kind is _EXACTER.get((carrier, code), kind)


@pytest.mark.parametrize("kind", list(ProblemClass))
def test_every_class_says_what_helps_in_both_languages(kind: ProblemClass) -> None:
    found = problem("sf", kind, "X", "…")
    assert found.helps is not None
    words = [found.message, found.remedy, FIX_WORDS[found.helps]]
    english = [str(word) for word in words]
    install_language(CHINESE)
    try:
        chinese = [str(word) for word in words]
    finally:
        install_language(ENGLISH)
    assert all(one != other for one, other in zip(english, chinese, strict=True))


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [
        ("因异常天气无法派送", K.CLOSED_TEMPORARILY),
        ("政府介入", K.CLOSED_TEMPORARILY),
        ("春运期间不收", K.CLOSED_TEMPORARILY),
        ("当前高峰管控", K.CLOSED_TEMPORARILY),
        ("物品属于禁寄品", K.PROHIBITED),
        ("收件人联系电话有误", K.PHONE),
        ("重复下单", K.DUPLICATE),
        ("商家订单号已被使用", K.DUPLICATE),
        ("api qps flow limit", K.RATE),
        ("接口访问量超限", K.RATE),
        ("签名校验失败", K.AUTH),
        ("大头笔获取失败", K.FIX_ADDRESS),
        ("天外来物", K.OTHER),
        ("", K.OTHER),
    ],
)
def test_other_phrases_have_their_class(phrase: str, kind: ProblemClass) -> None:
    assert kind_of_phrase(phrase) is kind


@pytest.mark.parametrize(
    "said", ["系统异常", "系统错误,请重试", "请求超时", "服务异常", "内部错误"]
)
def test_words_that_do_not_say_that_nothing_happened(said: str) -> None:
    assert leaves_it_open(said)
    assert not leaves_it_open("收件地址在盲区")


_SF = {
    K.FIX_ADDRESS: ("1010", "1011", "1014", "1015", "1020"),
    K.PHONE: ("1012", "1016", "8196"),
    K.OUT_OF_RANGE: ("8052", "8053"),
    K.CLOSED_TEMPORARILY: ("8096", "8177"),
    K.PRODUCT_OR_VAS: (
        *("6127", "6128", "6133", "6138", "6139", "8051", "8057", "8067", "8117", "8194", "8256"),
        *("20011", "20012", "20036"),
    ),
    K.ACCOUNT: ("6126", "8114", "8119", "8179"),
    K.PROHIBITED: ("20035",),
    K.DUPLICATE: ("8016", "A1007"),
    K.ALREADY_MOVING: ("8168",),
    K.AUTH: ("A1002", "A1003", "A1004", "A1006", "A1008", "A1010", "A1011"),
    K.RATE: ("A1005",),
    K.OTHER: ("A1001", "A1009", "A1099", "8018", "8037", "S0001", "9999"),
}


@pytest.mark.parametrize(("code", "kind"), [(c, k) for k, codes in _SF.items() for c in codes])
def test_every_code_of_sf_has_its_class(code: str, kind: ProblemClass) -> None:
    found = sf_problem(code, "…", "ABC")
    assert (found.kind, found.code, found.said, found.reference) == (kind, code, "…", "ABC")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("A1002", "clock"), ("A1003", "network"), ("A1004", "Bind"), ("A1006", "checkword"),
        ("1010", "sender in the settings"), ("1011", "sender in the settings"),
        ("1012", "sender in the settings"), ("1015", "Correct the receiver"),
        ("8057", "another product"), ("20036", "another product"), ("8247", "base_url"),
    ],
)  # fmt: skip
def test_sfs_remedies_name_the_place(code: str, words: str) -> None:
    assert words in str(sf_problem(code, "…").remedy)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("S203", "few minutes"), ("S207", "base_url"), ("S210", "Bind"), ("S211", "app_secret"),
        ("S212", "network"), ("S214", "clock"), ("E404", "Bind"), ("E418", "authorise"),
    ],
)  # fmt: skip
def test_ztos_remedies_name_the_place(code: str, words: str) -> None:
    assert words in str(zto_problem(code, "…").remedy)


def test_a_number_that_is_not_ztos_is_no_account_matter() -> None:
    assert zto_problem("E416", "面单账号不符").kind is K.OTHER


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("7200", "open the service"),
        ("7300", "network"),
        ("7400", "app_secret"),
        ("7501", "tomorrow"),
    ],
)
def test_yundas_remedies_name_the_place(code: str, words: str) -> None:
    assert words in str(yunda_problem(code, "…").remedy)


_JT = {
    K.AUTH: ("145003010", "145003012", "145003030", "145003031", "145003051", "145003052"),
    K.ACCOUNT: ("145003080",),
    K.FIX_ADDRESS: ("145003060", "145003062", "145003065", "145003083", "145003084"),
    K.DUPLICATE: ("145003101",),
    K.ALREADY_MOVING: ("999002010",),
    K.OTHER: ("145003050", "145005000", "0", "refused"),
}


@pytest.mark.parametrize(("code", "kind"), [(c, k) for k, codes in _JT.items() for c in codes])
def test_every_code_of_jt_has_its_class(code: str, kind: ProblemClass) -> None:
    found = jt_problem(code, "…")
    assert (found.kind, found.code, found.said) == (kind, code, "…")


_KUAIDI100 = {
    K.AUTH: ("503", "601", "30001", "30002", "30003"),
    K.BALANCE: ("30004",),
    K.PHONE: ("408",),
    K.OTHER: ("10000", "10018", "99999", "refused"),
}


@pytest.mark.parametrize(
    ("code", "kind"), [(c, k) for k, codes in _KUAIDI100.items() for c in codes]
)
def test_every_code_of_kuaidi100_has_its_class_and_names_the_account(
    code: str, kind: ProblemClass
) -> None:
    settings = read_account(Kuaidi100Settings, KUAIDI100_CONFIG)
    found = kd100_problem(settings, "yunda", code, "…")
    assert (found.kind, found.code, found.said) == (kind, code, "…")
    assert "kd-yd" in str(found.message)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("30002", "secret"),
        ("503", "customer"),
        ("601", "Renew"),
        ("30004", "Recharge at Kuaidi100"),
    ],
)
def test_kuaidi100s_remedies_name_the_place(code: str, words: str) -> None:
    settings = read_account(Kuaidi100Settings, KUAIDI100_CONFIG)
    assert words in str(kd100_problem(settings, "yunda", code, "…").remedy)
