"""The process that reads one file: bytes on stdin, JSON on stdout. `python -m knowledge.reading.child KIND BYTES`."""

import json
import logging
import sys
from collections.abc import Callable

from knowledge.reading.errors import Unreadable

# Room for what is refused afterwards for its length; past it the parent would only carry a bomb about.
_MOST_CHARS = 1_000_000


def main(kind: str, memory: int) -> None:
    logging.disable(logging.CRITICAL)
    _limit(memory)
    content = sys.stdin.buffer.read()
    try:
        title, text = _reader(kind)(content)
        answer = {"title": title[:1000], "text": text[:_MOST_CHARS]}
    except Unreadable as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": "needs too much memory to read. Split it into smaller files."}
    except Exception:
        answer = {"error": "is damaged. Open it, save it afresh, and try again."}
    sys.stdout.write(json.dumps(answer))


def _reader(kind: str) -> Callable[[bytes], tuple[str, str]]:
    if kind == "html":
        from knowledge.reading.html import read_html

        return read_html
    if kind == "docx":
        from knowledge.reading.word import read_docx

        return read_docx
    from knowledge.reading.pdf import read_pdf

    return read_pdf


def _limit(memory: int) -> None:
    """Where the system can: no more memory than this, no file written, no process started."""
    if sys.platform == "win32":
        return
    import resource

    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for what, most in limits.items():
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
