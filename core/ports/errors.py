"""What may go wrong at a provider. The first branch decides what a job does.

ProviderError(provider, operation)
├─ Retryable      nothing was done there; try again later
│    ProviderUnavailable, RateLimited(retry_after)
├─ OutcomeUnknown sent, no answer: look it up by our key, never resend blindly
└─ Terminal       trying again cannot help
     Rejected(code, text), Misconfigured, SignatureInvalid
"""


class ProviderError(Exception):
    def __init__(self, provider: str, operation: str, message: str) -> None:
        super().__init__(f"{provider} {operation}: {message}")
        self.provider = provider
        self.operation = operation
        self.message = message


class Retryable(ProviderError):
    pass


class ProviderUnavailable(Retryable):
    pass


class RateLimited(Retryable):
    def __init__(self, provider: str, operation: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(provider, operation, message)
        self.retry_after = retry_after
        """Seconds, when the provider said so."""


class OutcomeUnknown(ProviderError):
    def __init__(self, provider: str, operation: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(provider, operation, message)
        self.retry_after = retry_after
        """Seconds until the provider is surely done with the first try; a look-up before that proves nothing."""


class Terminal(ProviderError):
    pass


class Rejected(Terminal):
    """The provider understood and refused. `code` is theirs, `message` is fit to show to staff."""

    def __init__(self, provider: str, operation: str, code: str, message: str) -> None:
        super().__init__(provider, operation, message)
        self.code = code


class Misconfigured(Terminal):
    """Wrong token, unknown shop, missing template: the owner has to mend a setting named in the message."""


class SignatureInvalid(Terminal):
    pass
