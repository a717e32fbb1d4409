"""Yunda's signatures against the vectors."""

from __future__ import annotations

from app.carriers.yunda.signature import LegacyProof, legacy_proof, sign
from tests.carriers.samples import vectors


def test_the_body_and_the_secret_are_joined_by_an_underscore() -> None:
    [vector] = vectors("yunda_sign")
    body, secret = vector["inputs"]["body"].encode(), vector["inputs"]["app_secret"]
    assert sign(body, secret) == vector["expected"]


def test_the_older_interface_signs_the_encoded_xml() -> None:
    [vector] = vectors("yunda_legacy_validation")
    given = vector["inputs"]
    proof = legacy_proof(given["xml"], given["partnerid"], given["password"])
    assert proof == LegacyProof(**vector["expected"])
