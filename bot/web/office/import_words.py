"""What is wrong with a table, in the staff's words: the import speaks to programs, in English."""

import re

from starlette_admin.i18n import get_locale

_SAID: tuple[tuple[str, str], ...] = (
    (r"Nothing was imported\. (\d+) problem\(s\).*", "Chưa nhập gì: có {0} lỗi."),
    (r"is empty: each row needs a SKU", "đang trống: dòng nào cũng cần mã SKU"),
    (r"is empty: the first row of a product names it", "đang trống: dòng đầu của sản phẩm phải có tên"),
    (r"is empty: which (.+) is it\?", "đang trống: {0} nào?"),
    (r"is empty.*", "đang trống"),
    (r"(.+) stands in row (\d+) already", "{0} đã có ở dòng {1}"),
    (r"(.+) is in the shop already: leave the row out, or change it there",
     "{0} đã có trong cửa hàng: bỏ dòng này, hoặc sửa ở trang sản phẩm"),
    (r"differs from row (\d+) of the same product (.+)", "khác dòng {0} của cùng sản phẩm {1}"),
    (r"there is no warehouse ([^:]+).*", "không có kho {0}"),
    (r"there is no SKU (.+)", "không có mã SKU {0}"),
    (r"there is no product (.+?)( to go along with\.)?", "không có sản phẩm {0}"),
    (r"(.+) is no VAT class: .*", "{0} không phải loại thuế: ghi 0, 5, 8 (được giảm), 10 hoặc none"),
    (r"(.+) is no “name: value”", "{0} chưa đúng dạng “tên: giá trị”"),
    (r"has (\d+) characters; at most (\d+) are taken", "dài {0} ký tự; nhiều nhất {1}"),
    (r"(.+) is too much: at most (.+) is taken", "{0} quá lớn: nhiều nhất {1}"),
    (r"(.+) is neither yes nor no: write 1 or 0", "{0} không rõ có hay không: ghi 1 hoặc 0"),
    (r"(.+) is not (?:an amount in đồng|[^:]+): it may not be below 0", "{0} chưa đúng: không được âm"),
    (r"(.+) is not [^:]+: write it in full.*", "{0} chưa đúng: ghi đủ số, ví dụ 149000"),
    (r"(.+) is not [^:]+: its points and commas.*",
     "{0} chưa đúng: dấu chấm, phẩy đọc được hai cách; ghi số liền, ví dụ 1200000"),
    (r"(.+) is not [^:]+: .*", "{0} chưa đúng: chỉ ghi chữ số, ví dụ 1200000"),
    (r"is a formula: put its value there", "là công thức: ghi giá trị vào đó"),
    (r"holds a NUL character", "có ký tự không lưu được"),
    (r"there are more cells than the header has columns", "nhiều ô hơn số cột của dòng đầu"),
    (r"variant (.+) must give a value for each of (.+)", "biến thể {0} cần giá trị cho từng tùy chọn: {1}"),
    (r"variants (.+) and (.+) have the same options", "biến thể {0} và {1} trùng tùy chọn"),
    (r"each option must have a name of its own", "mỗi tùy chọn cần tên riêng"),
    (r"The file has more than ([\d.,]+) rows.*", "File có hơn {0} dòng. Bạn chia thành nhiều file."),
    (r"The file has no rows under its header.*", "File không có dòng nào dưới dòng đầu. Dòng đầu ghi tên các cột."),
    (r"Column (\d+) is called (.+), which is none of: (.+)", "Cột {0} tên {1}, không phải một trong: {2}"),
    (r"Column (.+) stands twice\.", "Cột {0} có hai lần."),
    (r"These columns are missing: (.+)\.", "Thiếu cột: {0}."),
    (r"This is an old Excel file.*", "Đây là file Excel cũ (.xls). Bạn lưu lại thành .xlsx hoặc CSV."),
    (r"This is no XLSX file.*", "File này không phải XLSX dù tên là vậy. Bạn lưu lại từ Excel."),
    (r"This XLSX file is broken.*", "File XLSX bị hỏng. Bạn mở ra, lưu lại rồi gửi lại."),
    (r"This XLSX file unpacks.*", "File XLSX này quá lớn khi mở ra. Bạn lưu riêng trang tính, dạng CSV."),
    (r"Row (\d+) cannot be read.*", "Không đọc được dòng {0}. Có dấu ngoặc kép nào chưa đóng không?"),
    (r"Row (\d+) has more than (\d+) columns\.", "Dòng {0} có hơn {1} cột."),
    (r"The file's letters cannot be read\..*", "Không đọc được chữ trong file. Bạn lưu dạng “CSV UTF-8” hoặc XLSX."),
    (r"SKU (.+) exists already\.", "Mã SKU {0} đã có."),
    (r"(.+) is a variant of (.+), which stays so", "{0} là biến thể của {1}, không đổi sang sản phẩm khác"),
    (r"is “(.*)” in the shop: change options on the product's page",
     "trong cửa hàng là “{0}”: sửa tùy chọn ở trang sản phẩm"),
    (r"(.+) is on \d+ open order\(s\): (.+)\. Finish.*", 
     "{0} còn trong đơn chưa xong: {1}. Xong các đơn này rồi mới ngừng bán"),
    (r"(\d+) pieces of (.+) are on hand.*", "{1} còn {0} cái trong kho: xuất hết rồi mới ngừng bán"),
    (r"The (?:product|variant) (.+) was changed by somebody else.*", "{0} vừa có người khác sửa: kiểm tra lại file"),
    (r"There is no product (.+) to go along with\.", "không có sản phẩm {0} để bán kèm"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(said, re.DOTALL), told) for said, told in _SAID)


def problem_words(problem: str) -> str:
    """In Vietnamese where somebody has worded it; else as it is, so that it is seen."""
    if get_locale() != "vi":
        return problem
    for pattern, told in _PATTERNS:
        if found := pattern.fullmatch(problem):
            return told.format(*found.groups())
    return problem
