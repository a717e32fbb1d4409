"""What an IPP printer or a queue says, and what that is worth for a label."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.ports import DeviceState, LooksUpJobs, SendResult
from printing.devices.ipp_wire import Operation, Tag, Typed, integer, keyword
from tests.printing.ipp_server import (
    JOB,
    Asked,
    ToldPrinter,
    done,
    driverless,
    enum,
    mime,
    printer_of,
    resolution,
    said,
    serving,
    size,
)
from tests.printing.samples import usual_labels

LABEL = usual_labels()["zto"]
CONFIRMED, SENT, UNKNOWN, NOT_STARTED = (
    SendResult.CONFIRMED,
    SendResult.SENT,
    SendResult.UNKNOWN,
    SendResult.NOT_STARTED,
)


def job(
    state: int, reason: str = "none", *, pages: int = 0, began: bool = True
) -> dict[str, list[Typed]]:
    known = {**done(pages), "job-state": [enum(state)], "job-state-reasons": [keyword(reason)]}
    return known if began else {**known, **NEVER}


NEVER = {"time-at-processing": [Typed(Tag.NO_VALUE, "")]}


class TestSending:
    def test_pdf_goes_out_with_its_exact_paper_and_is_confirmed_by_the_count(
        self, told: ToldPrinter, address: str
    ) -> None:
        printer = printer_of("system", address)
        sent = printer.send(printer.prepare(LABEL), "k-1")
        assert sent.result is CONFIRMED
        created = told.of(Operation.CREATE_JOB)
        assert created.attributes["job-name"] == ("packbench k-1",)
        assert created.job["print-scaling"] == ("none",)
        assert created.job["media-col"] == (
            {"media-size": ({"x-dimension": (7600,), "y-dimension": (13000,)},)},
        )
        document = told.of(Operation.SEND_DOCUMENT)
        assert document.document.startswith(b"%PDF")
        assert document.attributes["document-format"] == ("application/pdf",)
        assert document.attributes["last-document"] == (True,)
        assert told.operations() == [Operation.CREATE_JOB, Operation.SEND_DOCUMENT]

    def test_paper_is_printed_to_its_edges_where_the_printer_can(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.printer["media-col-supported"] = [keyword("media-top-margin")]
        told.printer["media-top-margin-supported"] = [integer(0), integer(300)]
        told.printer["media-left-margin-supported"] = [integer(0)]
        printer_of("system", address).print_paper(LABEL)
        assert told.of(Operation.CREATE_JOB).job["media-col"] == (
            {
                "media-size": ({"x-dimension": (7600,), "y-dimension": (13000,)},),
                "media-top-margin": (0,),
            },
        )

    def test_the_printers_own_resolution_is_what_the_page_is_drawn_for(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.printer["printer-resolution-default"] = [resolution(300)]
        fine = printer_of("system", address).prepare(LABEL).data
        told.printer["printer-resolution-default"] = [resolution(203)]
        coarse = printer_of("system", address).prepare(LABEL).data
        said_so = printer_of("system", address, dots_per_mm=12.0).prepare(LABEL).data
        assert len({fine, coarse, said_so}) == 3

    def test_a_printer_without_two_steps_gets_one(self, told: ToldPrinter, address: str) -> None:
        told.printer["operations-supported"] = [enum(n) for n in (2, 8, 9, 10, 11)]
        assert printer_of("system", address).print_paper(LABEL).result is CONFIRMED
        assert told.operations() == [Operation.PRINT_JOB]
        assert told.of(Operation.PRINT_JOB).document.startswith(b"%PDF")

    def test_an_old_printer_is_asked_in_its_own_version(
        self, told: ToldPrinter, address: str
    ) -> None:
        def only_old(asked: Asked) -> bytes | None:
            told.answers.clear()
            return said(0x0503)

        told.answers[Operation.GET_PRINTER_ATTRIBUTES] = only_old
        assert printer_of("system", address).status().state is DeviceState.READY
        assert [a.version for a in told.asked] == [b"\x02\x00", b"\x01\x01"]

    @pytest.mark.parametrize(
        ("formats", "language", "sent_as"),
        [
            (["application/octet-stream"], "zpl", "application/octet-stream"),
            (
                ["application/octet-stream", "application/vnd.zebra-zpl"],
                "zpl",
                "application/vnd.zebra-zpl",
            ),
            (["application/pdf"], "tspl", None),
            (["image/jpeg"], "system", None),
        ],
    )
    def test_the_format_is_one_that_the_printer_takes(
        self,
        told: ToldPrinter,
        address: str,
        formats: list[str],
        language: str,
        sent_as: str | None,
    ) -> None:
        told.printer["document-format-supported"] = mime(*formats)
        sent = printer_of(language, address).print_paper(LABEL)
        if sent_as is None:
            assert sent.result is NOT_STARTED
            assert told.operations() == []
        else:
            assert told.of(Operation.SEND_DOCUMENT).attributes["document-format"] == (sent_as,)
            assert told.of(Operation.SEND_DOCUMENT).document.startswith(b"^XA")

    def test_paper_that_the_printer_does_not_know_is_said_before_anything_is_sent(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.printer["media-size-supported"] = [size(21000, 29700), size(7900, 13000)]
        sent = printer_of("system", address).print_paper(LABEL)
        assert (sent.result, told.operations()) == (NOT_STARTED, [])
        assert "76×130" in str(sent.reason)


class TestEndings:
    @pytest.mark.parametrize(
        ("ended", "result"),
        [
            (done(1), CONFIRMED),
            (done(0), SENT),
            ({**done(1), "job-impressions": [integer(2)]}, SENT),
            (job(9, "job-completed-with-errors", pages=1), UNKNOWN),
            (job(8, "aborted-by-system"), UNKNOWN),
            (job(7, "job-canceled-at-device"), UNKNOWN),
            (job(8, "aborted-by-system", began=False), NOT_STARTED),
            (job(7, "job-canceled-by-operator", began=False), NOT_STARTED),
            (
                job(7, "none", pages=1, began=False),
                UNKNOWN,
            ),
        ],
    )
    def test_the_printers_last_words(
        self,
        told: ToldPrinter,
        address: str,
        ended: dict[str, list[Typed]],
        result: SendResult,
    ) -> None:
        told.job = ended
        assert printer_of("system", address).print_paper(LABEL).result is result

    def test_a_queue_that_passes_bytes_on_never_confirms(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.printer |= {
            "cups-version": [keyword("2.4.2")],
            "device-uri": [Typed(Tag.URI, "socket://192.0.2.7:9100")],
        }
        printer = printer_of("zpl", address)
        assert printer.status().state is DeviceState.MUTE
        assert printer.print_paper(LABEL).result is SENT
        document = told.of(Operation.SEND_DOCUMENT)
        assert document.attributes["document-format"] == ("application/vnd.cups-raw",)

    @pytest.mark.parametrize(("pages", "result"), [(1, CONFIRMED), (0, SENT)])
    def test_behind_a_queue_it_is_the_printers_own_count_that_confirms(
        self, told: ToldPrinter, address: str, pages: int, result: SendResult
    ) -> None:
        behind = ToldPrinter(driverless(), {})
        behind.jobs = [{**done(pages), "job-name": [keyword("packbench k-2")]}]
        with serving(behind) as device_uri:
            told.printer |= {
                "cups-version": [keyword("2.4.2")],
                "device-uri": [Typed(Tag.URI, device_uri)],
            }
            printer = printer_of("system", address)
            assert printer.send(printer.prepare(LABEL), "k-2").result is result
            assert printer.send(printer.prepare(LABEL), "k-3").result is SENT
            behind.printer["printer-state-reasons"] = [keyword("media-empty-warning")]
            assert printer.status().state is DeviceState.PAPER_OUT

    def test_what_waits_too_long_is_taken_back(self, told: ToldPrinter, address: str) -> None:
        told.job = job(3, began=False)
        sent = printer_of("system", address).print_paper(LABEL)
        assert sent.result is NOT_STARTED
        assert "taken back" in str(sent.reason)
        assert told.operations()[-1] == Operation.CANCEL_JOB

    def test_what_has_begun_and_is_cancelled_is_unknown_and_names_the_trouble(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.job = job(5, "job-printing")

        def out_of_paper(asked: Asked) -> bytes | None:
            told.printer["printer-state-reasons"] = [keyword("media-empty-error")]
            return said(0, [(JOB, list(told.job.items()))])

        told.answers[Operation.SEND_DOCUMENT] = out_of_paper
        sent = printer_of("system", address).print_paper(LABEL)
        assert sent.result is UNKNOWN
        assert sent.status is not None
        assert sent.status.state is DeviceState.PAPER_OUT
        assert "out of paper" in str(sent.reason)
        assert "cancelled" in str(sent.reason)

    def test_what_cannot_be_cancelled_may_come_out_later(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.job = job(5, "job-printing")
        told.answers[Operation.CANCEL_JOB] = lambda _: said(0x0404)
        sent = printer_of("system", address).print_paper(LABEL)
        assert sent.result is UNKNOWN
        assert "may come out later" in str(sent.reason)

    def test_a_job_that_the_printer_forgot_is_unknown(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.answers[Operation.GET_JOB_ATTRIBUTES] = lambda _: said(0x0406)
        assert printer_of("system", address).print_paper(LABEL).result is UNKNOWN

    def test_a_printer_that_falls_silent_behind_the_label_is_unknown(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.answers[Operation.GET_JOB_ATTRIBUTES] = lambda _: None
        told.answers[Operation.CANCEL_JOB] = lambda _: None
        sent = printer_of("system", address).print_paper(LABEL)
        assert sent.result is UNKNOWN
        assert "may come out later" in str(sent.reason)


class TestBrokenSending:
    def test_no_job_was_made(self, told: ToldPrinter, address: str) -> None:
        told.answers[Operation.CREATE_JOB] = lambda _: None
        assert printer_of("system", address).print_paper(LABEL).result is NOT_STARTED

    def test_a_document_that_never_arrived_is_cancelled_and_not_started(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.answers[Operation.SEND_DOCUMENT] = lambda _: None
        told.job = job(4, "job-incoming", began=False)
        sent = printer_of("system", address).print_paper(LABEL)
        assert sent.result is NOT_STARTED
        assert "does not answer" in str(sent.reason) or "speaks IPP" in str(sent.reason)
        assert told.operations()[-1] == Operation.CANCEL_JOB

    def test_a_document_that_arrived_all_the_same_is_followed(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.answers[Operation.SEND_DOCUMENT] = lambda _: None
        assert printer_of("system", address).print_paper(LABEL).result is CONFIRMED

    def test_a_document_that_is_refused_is_not_started(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.answers[Operation.SEND_DOCUMENT] = lambda _: said(0x040A)
        told.job = job(4, "job-data-insufficient", began=False)
        sent = printer_of("system", address).print_paper(LABEL)
        assert sent.result is NOT_STARTED
        assert "neither PDF" in str(sent.reason)

    def test_in_one_step_a_lost_answer_is_looked_for_by_name(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.printer["operations-supported"] = [enum(n) for n in (2, 8, 9, 10, 11)]
        told.answers[Operation.PRINT_JOB] = lambda _: None
        printer = printer_of("system", address)
        assert printer.send(printer.prepare(LABEL), "k-4").result is UNKNOWN
        told.jobs = [{**done(), "job-name": [keyword("packbench k-4")]}]
        assert printer.send(printer.prepare(LABEL), "k-4").result is CONFIRMED


class TestLookingUp:
    def test_a_job_is_found_by_our_key(self, told: ToldPrinter, address: str) -> None:
        told.jobs = [
            {**job(8), "job-name": [keyword("packbench k-8")]},
            {**done(), "job-name": [keyword("packbench k-9")]},
        ]
        printer = printer_of("system", address)
        assert isinstance(printer, LooksUpJobs)
        found = printer.look_up("k-9")
        assert found is not None
        assert found.result is CONFIRMED
        assert printer.look_up("k-10") is None
        assert printer.look_up("") is None
        assert not {Operation.CREATE_JOB, Operation.SEND_DOCUMENT} & set(told.operations())

    def test_a_job_left_without_its_document_is_cancelled(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.job = job(4, "job-incoming", began=False)
        told.jobs = [{**told.job, "job-name": [keyword("packbench k-9")]}]
        found = printer_of("system", address).look_up("k-9")
        assert found is not None
        assert found.result is NOT_STARTED

    def test_a_printer_that_is_not_there_knows_nothing(self) -> None:
        assert printer_of("system", f"ipp://127.0.0.1:{_closed_port()}/x").look_up("k") is None

    def test_other_printers_have_nothing_to_look_up(self, tmp_path: Path) -> None:
        assert printer_of("pdf", f"file:{tmp_path}").look_up("k") is None


def _closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
