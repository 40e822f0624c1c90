from concurrent.futures import ThreadPoolExecutor

from core.ids import new_id


def test_a_later_key_sorts_after_an_earlier_one_even_within_a_millisecond() -> None:
    keys = [new_id() for _ in range(20_000)]

    assert keys == sorted(set(keys))
    assert {len(key) for key in keys} == {32}


def test_threads_never_share_a_key() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = [
            key for some in pool.map(lambda _: [new_id() for _ in range(2_000)], range(8)) for key in some
        ]

    assert len(set(keys)) == 16_000
