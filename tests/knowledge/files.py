"""Small files of each kind, made in the test: what a shop has, and what a stranger sends."""

import io
import zipfile
from pathlib import Path

from fpdf import FPDF

FONT = Path(__file__).parents[2] / "core" / "documents" / "fonts" / "DejaVuSans.ttf"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, *, styles: str = "", before: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        xml = f'<?xml version="1.0"?>{before}<w:document {W}><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", xml)
        if styles:
            archive.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
    return file.getvalue()


def paragraph(text: str, *, style: str = "", run: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r>{run}<w:t>{text}</w:t></w:r></w:p>"


def pdf(heading: str = "", text: str = "", hidden: str = "", *, password: str = "") -> bytes:
    page = FPDF()
    page.add_page()
    page.add_font("d", "", FONT)
    if heading:
        page.set_font("d", size=20)
        page.cell(text=heading, new_x="LMARGIN", new_y="NEXT")
    page.set_font("d", size=11)
    if text:
        page.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
    if hidden:
        page.text_mode = 3
        page.cell(text=hidden)
    if not (heading or text or hidden):
        page.rect(10, 10, 50, 50)
    if password:
        page.set_encryption(owner_password=password, user_password=password)
    return bytes(page.output())
