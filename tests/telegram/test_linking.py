"""A code for linking, on both databases: whoever comes first has it, and nobody after them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from bot.staff.accounts import add_staff
from bot.staff.linking import link, linked_actor, new_code, unlink
from core.db import Database
from core.errors import Invalid


def test_of_six_who_send_one_code_at_once_one_is_linked(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        account = add_staff(
            session, login="ha", name="Hà", role="manager", password="a-long-password", now=now
        )
        code = new_code(session, staff_id=account.id, now=now)

    def send(person: int) -> bool:
        try:
            with db.transaction() as session:
                link(session, channel="telegram", external_id=str(person), code=code, now=now)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        linked = list(pool.map(send, range(6)))

    with db.transaction() as session:
        actors = [linked_actor(session, channel="telegram", external_id=str(person)) for person in range(6)]
        assert sorted(linked) == [False] * 5 + [True]
        assert [actor is not None for actor in actors] == linked
        assert unlink(session, channel="telegram", external_id=str(linked.index(True)))
        assert not unlink(session, channel="telegram", external_id=str(linked.index(True)))


def test_a_new_code_makes_the_old_one_worthless_and_a_second_account_takes_the_first_one_s_place(
    db: Database, now: datetime
) -> None:
    with db.transaction() as session:
        people = [
            add_staff(session, login=login, name=login, role="sales", password="a-long-password", now=now)
            for login in ("an", "binh")
        ]
        old, new = (new_code(session, staff_id=people[0].id, now=now) for _ in range(2))
        other = new_code(session, staff_id=people[1].id, now=now)

    def link_with(code: str) -> str | None:
        with db.transaction() as session:
            try:
                return link(session, channel="telegram", external_id="7", code=code, now=now).name
            except Invalid:
                return None

    assert [link_with(code) for code in (old, new, other)] == [None, "an", "binh"]
    with db.read_transaction() as session:
        actor = linked_actor(session, channel="telegram", external_id="7")
    assert actor is not None
    assert actor.name == "binh"
