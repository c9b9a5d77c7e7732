"""Errors as AWS answers them."""


class AwsError(Exception):
    """A refusal: the code SDKs match on, a sentence, an HTTP status; in JSON more members, if there are."""

    def __init__(self, code, message, status=400, more=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.more = more or {}


class Drop(Exception):
    """The connection is to be closed without a reply."""


def validation(message):
    """What most services answer to a request that makes no sense."""
    return AwsError("ValidationError", message)
