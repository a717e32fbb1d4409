"""A label that its carrier has drawn: checked against the paper, never scaled, never redrawn."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.labels import FileLabel
from app.domain.text import T
from printing.documents.bitmap import Bitmap
from printing.documents.geometry import dots
from printing.documents.raster import NotReadableError, page_sizes_mm, rasterise

_SLACK_MM = 1.5  # papers and files of one name differ by as much


def file_pdf(label: FileLabel, width_mm: float, height_mm: float) -> bytes:
    """The carrier's own bytes, for whatever prints a PDF.

    Raises:
        UserError: ``label_file_broken``, ``label_file_size``.
    """
    try:
        sizes = page_sizes_mm(label.content)
    except NotReadableError as error:
        raise UserError(
            "label_file_broken",
            T("The carrier's label file of {number} cannot be read.", number=label.number),
            T("Fetch it again: label fetch {number}", number=label.number),
            ref=label.number,
        ) from error
    for width, height in sizes:
        if width > width_mm + _SLACK_MM or height > height_mm + _SLACK_MM:
            raise UserError(
                "label_file_size",
                T(
                    "The carrier's label of {number} is for paper of {width} × {height} mm.",
                    number=label.number,
                    width=round(width),
                    height=round(height),
                ),
                T(
                    "Put that paper in, or fetch the label for this one: "
                    "label fetch {number} --media {media}",
                    number=label.number,
                    media=f"{width_mm:g}x{height_mm:g}",
                ),
                ref=label.number,
            )
    return label.content


def file_pages(
    label: FileLabel, width_mm: float, height_mm: float, dots_per_mm: float
) -> list[Bitmap]:
    """The label as dots, every page of exactly the paper's size.

    Raises:
        UserError: like ``file_pdf``.
    """
    paper = dots(width_mm, dots_per_mm), dots(height_mm, dots_per_mm)
    pdf = file_pdf(label, width_mm, height_mm)
    return [page.on_paper(*paper) for page in rasterise(pdf, dots_per_mm)]
