"""What every carrier's adapter must do, whoever the carrier is. Run over real HTTP against its sandbox.

A carrier's own test module subclasses `CarrierContract` and gives two fixtures: `carrier`, which waits at most
half a second for an answer, and `outside`, which does what happens at the carrier and not through the port.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

import pytest

from core.ports.carrier import Carrier, CarrierAddress, CarrierState, IncomingRequest
from core.ports.errors import (
    Misconfigured,
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimited,
    Rejected,
    SignatureInvalid,
)

from .parcels import NEW_ADDRESS, OLD_ADDRESS, parcel


class Outside(Protocol):
    secret_header: str

    def parcels(self, key: str) -> list[str]:
        """Tracking numbers of all parcels that the carrier holds for our key."""

    def move(self, tracking_number: str, state: CarrierState) -> None:
        """Bring the parcel into a state of ours."""

    def fail(self, operation: str, kind: str, times: int = 1) -> None:
        """Switch a fault on. Operation: a method of the port."""

    def webhooks(self, count: int) -> Sequence[IncomingRequest]:
        """Everything that the carrier has sent so far, at least `count`."""

    def unreachable(self) -> Carrier:
        """The same adapter at an address where nobody listens."""


class CarrierContract:
    def test_a_quote_says_the_fee_and_creates_nothing(self, carrier: Carrier, outside: Outside) -> None:
        request = parcel()

        quote = carrier.quote(request)

        assert quote.fee > 0
        assert quote.service
        assert outside.parcels(request.key) == []

    def test_create_returns_the_parcel_with_its_number_and_link(
        self, carrier: Carrier, outside: Outside
    ) -> None:
        request = parcel()

        made = carrier.create(request)

        assert outside.parcels(request.key) == [made.tracking_number]
        assert made.state == "created"
        assert made.fee == carrier.quote(request).fee
        assert made.tracking_number in made.tracking_url
        assert made.sort_code

    @pytest.mark.parametrize("destination", [OLD_ADDRESS, NEW_ADDRESS], ids=["old era", "new era"])
    def test_addresses_of_both_eras_are_taken(
        self, carrier: Carrier, outside: Outside, destination: CarrierAddress
    ) -> None:
        request = parcel(receiver=destination)

        carrier.create(request)

        assert len(outside.parcels(request.key)) == 1

    def test_the_same_key_never_makes_a_second_parcel(self, carrier: Carrier, outside: Outside) -> None:
        request = parcel()

        first = carrier.create(request)
        second = carrier.create(request)

        assert second.tracking_number == first.tracking_number
        assert outside.parcels(request.key) == [first.tracking_number]

    def test_many_creates_at_once_with_one_key_make_one_parcel(
        self, carrier: Carrier, outside: Outside
    ) -> None:
        request = parcel()

        with ThreadPoolExecutor(8) as pool:
            numbers = {one.tracking_number for one in pool.map(carrier.create, [request] * 16)}

        assert outside.parcels(request.key) == list(numbers)
        assert len(numbers) == 1

    def test_another_key_makes_another_parcel(self, carrier: Carrier) -> None:
        assert carrier.create(parcel()).tracking_number != carrier.create(parcel()).tracking_number

    def test_find_returns_what_create_made(self, carrier: Carrier) -> None:
        request = parcel(insurance_value=2_000_000)
        made = carrier.create(request)

        found = carrier.find(request.key)

        assert found is not None
        assert (found.tracking_number, found.state, found.fee) == (made.tracking_number, "created", made.fee)
        assert found.sort_code == made.sort_code

    def test_find_returns_none_for_a_key_that_made_nothing(self, carrier: Carrier) -> None:
        assert carrier.find("never-used") is None

    def test_a_refused_address_is_a_refusal_with_words_and_nothing_is_created(
        self, carrier: Carrier, outside: Outside
    ) -> None:
        request = parcel(receiver=replace(OLD_ADDRESS, province="Atlantis"))

        with pytest.raises(Rejected) as caught:
            carrier.create(request)

        assert caught.value.code
        assert caught.value.message
        assert outside.parcels(request.key) == []

    def test_a_parcel_can_be_cancelled_before_pick_up_and_again(self, carrier: Carrier) -> None:
        request = parcel()
        made = carrier.create(request)

        carrier.cancel(made.tracking_number)
        carrier.cancel(made.tracking_number)

        found = carrier.find(request.key)
        assert found is not None
        assert found.state == "cancelled"

    def test_a_parcel_on_its_way_cannot_be_cancelled(self, carrier: Carrier, outside: Outside) -> None:
        request = parcel()
        made = carrier.create(request)
        outside.move(made.tracking_number, "delivering")

        with pytest.raises(Rejected):
            carrier.cancel(made.tracking_number)

        found = carrier.find(request.key)
        assert found is not None
        assert found.state == "delivering"

    def test_an_unknown_parcel_cannot_be_tracked_or_cancelled(self, carrier: Carrier) -> None:
        with pytest.raises(Rejected):
            carrier.track("NOSUCH")
        with pytest.raises(Rejected):
            carrier.cancel("NOSUCH")

    @pytest.mark.parametrize("kind", ["hang_after", "error_after", "drop_after"])
    def test_an_answer_lost_after_creating_leaves_one_parcel_to_be_found(
        self, carrier: Carrier, outside: Outside, kind: str
    ) -> None:
        request = parcel()
        outside.fail("create", kind)

        with pytest.raises(OutcomeUnknown):
            carrier.create(request)

        (number,) = outside.parcels(request.key)
        found = carrier.find(request.key)
        assert found is not None
        assert found.tracking_number == number
        assert carrier.create(request).tracking_number == number
        assert outside.parcels(request.key) == [number]

    @pytest.mark.parametrize("kind", ["hang_before", "error_before"])
    def test_a_create_that_never_happened_is_unknown_until_find_says_none(
        self, carrier: Carrier, outside: Outside, kind: str
    ) -> None:
        request = parcel()
        outside.fail("create", kind)

        with pytest.raises(OutcomeUnknown):
            carrier.create(request)

        assert carrier.find(request.key) is None
        assert outside.parcels(request.key) == []

    def test_too_many_calls_are_refused_before_anything_is_made(
        self, carrier: Carrier, outside: Outside
    ) -> None:
        request = parcel()
        outside.fail("create", "rate_limit")

        with pytest.raises(RateLimited) as caught:
            carrier.create(request)

        assert caught.value.retry_after == 1.0
        assert outside.parcels(request.key) == []

    def test_when_nobody_listens_the_carrier_is_unavailable_and_nothing_was_sent(
        self, outside: Outside
    ) -> None:
        with pytest.raises(ProviderUnavailable):
            outside.unreachable().create(parcel())

    @pytest.mark.parametrize("kind", ["hang_before", "error_before", "drop_after"])
    def test_a_question_that_fails_may_simply_be_asked_again(
        self, carrier: Carrier, outside: Outside, kind: str
    ) -> None:
        request = parcel()
        made = carrier.create(request)
        outside.fail("find", kind)

        with pytest.raises(ProviderUnavailable):
            carrier.find(request.key)

        found = carrier.find(request.key)
        assert found is not None
        assert found.tracking_number == made.tracking_number

    @pytest.mark.parametrize("operation", ["create", "quote", "find", "track", "cancel", "check"])
    def test_a_refused_token_names_the_setting_to_mend(
        self, carrier: Carrier, outside: Outside, operation: str
    ) -> None:
        request = parcel()
        argument = {"create": request, "quote": request}.get(operation, request.key)
        outside.fail(operation, "expired_token")

        with pytest.raises(Misconfigured, match="token"):
            getattr(carrier, operation)(*() if operation == "check" else (argument,))

    def test_every_move_arrives_as_an_update_of_the_right_parcel(
        self, carrier: Carrier, outside: Outside
    ) -> None:
        request = parcel()
        made = carrier.create(request)
        outside.move(made.tracking_number, "picked_up")
        outside.move(made.tracking_number, "delivered")

        updates = [update for sent in outside.webhooks(3) for update in carrier.read_webhook(sent)]

        assert [update.state for update in updates] == ["created", "picked_up", "delivered"]
        assert {(update.tracking_number, update.key) for update in updates} == {
            (made.tracking_number, request.key)
        }
        assert len({update.external_id for update in updates}) == 3
        assert [update.at for update in updates] == sorted(update.at for update in updates)

    def test_a_webhook_sent_twice_carries_the_same_external_id(
        self, carrier: Carrier, outside: Outside
    ) -> None:
        outside.fail("webhook", "duplicate_webhook")
        carrier.create(parcel())

        first, second = (carrier.read_webhook(sent) for sent in outside.webhooks(2))

        assert first == second

    def test_a_webhook_without_its_proof_is_refused(self, carrier: Carrier, outside: Outside) -> None:
        carrier.create(parcel())
        (sent,) = outside.webhooks(1)
        bare = {name: value for name, value in sent.headers.items() if name != outside.secret_header}

        with pytest.raises(SignatureInvalid):
            carrier.read_webhook(replace(sent, headers=bare))
        with pytest.raises(SignatureInvalid):
            carrier.read_webhook(replace(sent, headers={**bare, outside.secret_header: "guess"}))

    def test_track_tells_everything_oldest_first(self, carrier: Carrier, outside: Outside) -> None:
        request = parcel()
        made = carrier.create(request)
        for state in ("picking", "picked_up", "in_transit", "delivering", "delivery_failed"):
            outside.move(made.tracking_number, state)

        updates = carrier.track(made.tracking_number)

        states = [update.state for update in updates]
        assert states == ["picking", "picked_up", "in_transit", "delivering", "delivery_failed"]
        assert {update.key for update in updates} == {request.key}

    def test_track_of_a_fresh_parcel_tells_that_it_exists(self, carrier: Carrier) -> None:
        made = carrier.create(parcel())

        assert [update.state for update in carrier.track(made.tracking_number)] == ["created"]

    def test_what_is_tracked_and_what_was_sent_are_the_same_events(
        self, carrier: Carrier, outside: Outside
    ) -> None:
        made = carrier.create(parcel())
        outside.move(made.tracking_number, "picking")

        sent = [update for hook in outside.webhooks(2) for update in carrier.read_webhook(hook)]

        assert carrier.track(made.tracking_number)[0].external_id == sent[1].external_id

    def test_a_label_is_a_file_or_none(self, carrier: Carrier) -> None:
        label = carrier.label(carrier.create(parcel()).tracking_number)

        assert label is None or label.content

    def test_check_proves_the_settings(self, carrier: Carrier) -> None:
        assert carrier.check()
