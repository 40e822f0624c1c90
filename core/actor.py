"""Who does something: passed to every use case, stored in the audit log."""

from dataclasses import dataclass
from typing import Literal

from core.errors import NotAllowed

ActorKind = Literal["customer", "staff", "system", "api"]
Role = Literal["owner", "manager", "sales", "warehouse", "accountant"]
ROLES: tuple[Role, ...] = ("owner", "manager", "sales", "warehouse", "accountant")


@dataclass(frozen=True)
class Actor:
    """`id` is a customer, staff or API key id; `roles` is empty for customers."""

    kind: ActorKind
    id: str
    name: str = ""
    role: Role | None = None

    def require_role(self, *allowed: Role, action: str) -> None:
        """Refuse staff whose role is not among `allowed`; the owner may do everything."""
        if self.kind in ("system", "api") or (self.kind == "staff" and self.role in (*allowed, "owner")):
            return
        raise NotAllowed(
            "role_not_allowed",
            f"Only {', '.join(dict.fromkeys((*allowed, 'owner')))} may {action}. Ask one of them.",
            {"action": action, "roles": [*allowed, "owner"]},
        )


SYSTEM = Actor("system", "system", "Chotdon")
