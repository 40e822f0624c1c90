"""Numbers that people read and type in codes, from counter rows: one UPDATE … RETURNING each, never MAX+1."""

from sqlalchemy import Integer, bindparam, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, insert_for


class Counter(Base):
    """Codes come from here, by one UPDATE … RETURNING, never from MAX+1."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


_STEP = (
    update(Counter)
    .where(Counter.name == bindparam("counter"))
    .values(value=Counter.value + 1)
    .returning(Counter.value)
    .execution_options(synchronize_session=False)
)


def next_value(session: Session, name: str, *, start: int = 1) -> int:
    value = session.scalar(_STEP, {"counter": name})
    if value is None:
        session.execute(
            insert_for(session, Counter).values(name=name, value=start - 1).on_conflict_do_nothing()
        )
        value = session.scalar(_STEP, {"counter": name})
    return int(value or 0)
