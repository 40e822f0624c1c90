"""Files become text; what is hidden, hostile or broken does not, and says what to do."""

import time

import pytest

from knowledge import document_passages
from knowledge.reading import Unreadable, read_file
from tests.knowledge.files import docx, paragraph, pdf

POLICY = ["Đổi trả", "Đổi hàng trong 7 ngày.", "S | 48 kg"]


def lines(name: str, content: bytes) -> list[str]:
    return [line.lstrip("# ") for line in read_file(name, content).text.splitlines() if line.strip()]


def test_markdown_keeps_headings_and_tables_and_loses_its_marks() -> None:
    text = "# Chính sách\n\n## Đổi trả\n\nĐổi **hàng** trong [7 ngày](http://x.example).\n\n| S | 48 kg |\n|---|---|\n"

    read = read_file("a.md", text.encode())

    assert read.title == "Chính sách"
    assert read.text.split("\n\n") == [
        "# Chính sách",
        "## Đổi trả",
        "Đổi hàng trong 7 ngày.",
        "S | 48 kg\n",
    ]


def test_html_is_read_as_a_visitor_sees_it() -> None:
    page = """<!doctype html><title>Trang</title><style>.x{display:none}</style><h2>Đổi trả</h2>
      <p>Đổi <b>hàng</b> trong 7 ngày.<script>steal()</script><p class=x>ẩn 1<p hidden>ẩn 2
      <p style="font-size:0">ẩn 3</p><!-- ẩn 4 --><table><tr><td>S<td>48 kg</table>"""

    assert lines("a.html", page.encode()) == POLICY
    assert read_file("a.html", page.encode()).title == "Trang"


def test_docx_headings_are_known_in_any_language_of_word_and_hidden_text_is_not_read() -> None:
    body = (
        paragraph("Đổi trả", style="u1")
        + paragraph("Đổi hàng trong 7 ngày.")
        + paragraph("ẩn", run="<w:rPr><w:vanish/></w:rPr>")
        + f"<w:del><w:r><w:delText>xóa</w:delText></w:r></w:del><w:tbl><w:tr><w:tc>{paragraph('S')}</w:tc>"
        f"<w:tc>{paragraph('48 kg')}</w:tc></w:tr></w:tbl>"
    )
    styles = '<w:style w:styleId="u1"><w:name w:val="heading 2"/></w:style>'

    assert lines("a.docx", docx(body, styles=styles)) == POLICY
    assert read_file("a.docx", docx(body, styles=styles)).text.startswith("## Đổi trả")


def test_pdf_text_is_read_with_its_larger_lines_as_headings_and_without_invisible_text() -> None:
    read = read_file("luat.pdf", pdf("Đổi trả", "Đổi hàng trong 7 ngày.\nCòn tem.", "mật khẩu là 123"))

    assert read.text.split("\n") == ["## Đổi trả", "Đổi hàng trong 7 ngày.", "Còn tem."]
    assert read.title == "luat"


def test_a_scan_with_recognised_text_is_read() -> None:
    assert read_file("scan.pdf", pdf(hidden="Đổi hàng trong 7 ngày")).text == "Đổi hàng trong 7 ngày"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("anh.pdf", pdf(), "anh.pdf: holds only pictures: no text to read"),
        ("khoa.pdf", pdf(text="x", password="p"), "locked with a password. Save it without one"),
        ("hong.pdf", b"%PDF-1.7 and nothing after", "damaged"),
        ("gia.pdf", b"hello", "is no PDF, although its name says so"),
        ("hong.docx", b"PK and nothing after", "damaged"),
        ("cu.doc", b"x", "save it as .docx"),
        ("bang.xlsx", b"x", "cannot be read (.xlsx)"),
        ("la.exe", b"MZ", "Use one of .docx"),
        ("mau.txt", "Phí ship".encode("utf-16-be"), "holds|UTF-8|Phí"),
        ("sai.txt", b"\xff\xfa\x80", "Save it again with the encoding UTF-8"),
        ("trong.md", b"   \n", "holds no text"),
        ("../../etc/trong.html", b"<p></p>", "trong.html: holds no text"),
        ("to.txt", b"x" * (21 * 1024 * 1024), "more than 20 MB"),
        ("dai.txt", b"x" * 500_001, "more than 500000 characters. Split it"),
    ],
)
def test_what_cannot_be_read_names_the_file_and_the_mend(name: str, content: bytes, said: str) -> None:
    try:
        text = read_file(name, content).text
    except Unreadable as error:
        text = str(error)
    assert any(part in text for part in said.split("|"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bom.docx", docx(paragraph("a" * (80 * 1024 * 1024)))),
        (
            "cuoi.docx",
            docx(
                paragraph("&b;"), before='<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
            ),
        ),
        (
            "trom.docx",
            docx(paragraph("&x;"), before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
        ),
        ("sau.docx", docx("<w:sdt>" * 50_000 + "</w:sdt>" * 50_000)),
        ("sau.html", b"<b>" * 100_000),
    ],
)
def test_a_bomb_costs_one_refusal(name: str, content: bytes) -> None:
    started = time.monotonic()

    with pytest.raises(Unreadable, match=name):
        read_file(name, content, seconds=5)

    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "text", ["[" * 100_000 + "](x)", "**a" * 100_000, "| --" * 50_000 + "x", "<a " * 100_000, "![" * 50_000]
)
def test_hostile_markdown_is_read_in_no_time(text: str) -> None:
    started = time.monotonic()

    assert read_file("a.md", text.encode()).text

    assert time.monotonic() - started < 5


def test_each_piece_of_a_document_in_two_languages_has_its_own() -> None:
    text = "# Đổi trả\nĐổi hàng trong 7 ngày.\n# Returns\nYou can return it within 7 days.\n# 교환\n7일 이내 교환."

    found = document_passages("d", "Luật", text, language=None, source="Luật")

    assert [(p.title, p.language) for p in found] == [
        ("Luật: Đổi trả", "vi"),
        ("Luật: Returns", "en"),
        ("Luật: 교환", "ko"),
    ]


def test_a_hash_sign_without_a_space_is_no_heading() -> None:
    (found,) = document_passages("d", "Tin", "#sale hôm nay giảm giá", language="vi", source="Tin")

    assert (found.title, found.text) == ("Tin", "#sale hôm nay giảm giá")
