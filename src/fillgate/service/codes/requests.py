"""Requests that cannot be answered as asked. Nothing was taken, so nothing was sent."""

from typing import Final

from fillgate.service.codes.kind import Group, ProblemKind

__all__ = ["REQUESTS"]

REQUESTS: Final = Group(
    "Requests",
    "The request itself cannot be answered. No order came of it.",
    (
        ProblemKind(
            "UNAUTHENTICATED",
            401,
            "A valid credential is needed.",
            "There is no credential, or one that is given is wrong. Each that is given must be "
            "right.",
            "API: send `Authorization: Bearer KEY`. Webhook: sign the exact bytes of the body, or "
            "give the secret in the address or in `secret`.",
        ),
        ProblemKind(
            "CROSS_ORIGIN",
            403,
            "Requests of other web pages are not taken.",
            "No API key is configured, so only programs on this machine are served; this request "
            "names another host or comes from a web page.",
            "Use `localhost` or `127.0.0.1`, or set `FILLGATE_API_KEY` and send it.",
        ),
        ProblemKind(
            "NOT_FOUND",
            404,
            "There is no such thing.",
            "No such address, order, signal or account.",
            "Look the id up in the list that it came from; the detail says what was looked for.",
        ),
        ProblemKind(
            "METHOD_NOT_ALLOWED",
            405,
            "This address does not take that method.",
            "The address exists and takes other methods.",
            "Use one of those in the header `Allow`.",
        ),
        ProblemKind(
            "BODY_TOO_SLOW",
            408,
            "The body did not arrive in time.",
            "The body was not complete within 10 seconds.",
            "Send it again, with the same id or key if there is one.",
        ),
        ProblemKind(
            "BODY_TOO_LARGE",
            413,
            "The body is larger than 64 KiB.",
            "More than 64 KiB are not read.",
            "Send less: an alert or an order needs a few hundred bytes.",
        ),
        ProblemKind(
            "INVALID_PARAMETER",
            400,
            "A query parameter cannot be used.",
            "A parameter behind the `?` is not known here, stands twice, or does not fit; or "
            "`Last-Event-ID` is none that was given out.",
            "Correct what the detail names. A `cursor` is good only for the list that gave it.",
        ),
        ProblemKind(
            "TOO_MANY_ORDERS",
            422,
            "Too many orders for one answer.",
            "A report of costs would have to read more orders than a running service reads for "
            "one answer.",
            "Ask for fewer days with `first` and `last`, or for one account or symbol; or use "
            "`fillgate report costs`, which reads any number in a process of its own.",
        ),
        ProblemKind(
            "EVENT_GONE",
            410,
            "The journal does not have the event that was received last.",
            "The service stands on another journal than the one that gave this id: a new one, or "
            "one that was restored from a backup. What came after that event is not known here.",
            "Read the lists of orders and signals anew, then follow without `Last-Event-ID`, or "
            "with `after=start`.",
        ),
        ProblemKind(
            "TOO_MANY_STREAMS",
            503,
            "Too many follow the events already.",
            "As many streams of events are open as are allowed (`event_streams`).",
            "Try again after `Retry-After`. Look at `fillgate_event_streams` for who forgot to "
            "hang up, or allow more in `[service]`.",
        ),
        ProblemKind(
            "INVALID_IDEMPOTENCY_KEY",
            400,
            "The idempotency key cannot be used.",
            "`Idempotency-Key` or `webhook-id` is empty, longer than 255 characters, or not "
            "printable ASCII.",
            "Send a key of 1 to 255 printable ASCII characters, for example a UUID.",
        ),
        ProblemKind(
            "DRAINING",
            503,
            "The service is stopping; nothing was taken.",
            "The service is being stopped and takes no new signals.",
            "Send it again after `Retry-After`, with the same id or key.",
        ),
        ProblemKind(
            "HELD",
            503,
            "The journal was restored and is held; nothing was taken.",
            "The journal goes on from a backup. What was written after that is gone, so a signal "
            "that comes again could be sent again. Nothing is sent until all accounts were "
            "compared with their venues, or a person releases the journal.",
            "Send it again after `Retry-After`, with the same id or key. Whoever runs the service: "
            "compare the accounts with their venues, then `fillgate journal release`.",
        ),
        ProblemKind(
            "NOT_HELD",
            409,
            "The journal is not held.",
            "There is nothing to release: orders are sent.",
            "Nothing.",
        ),
        ProblemKind(
            "OVERLOADED",
            503,
            "Too many signals wait; nothing was taken.",
            "As many signals wait in their lanes as are allowed (`max_waiting`).",
            "Send it again after `Retry-After`. Look for an UNKNOWN order that holds a lane.",
        ),
        ProblemKind(
            "NOT_RECONCILABLE",
            409,
            "The account cannot be compared with its venue.",
            "Its plugin can list neither open orders nor fills nor positions, or has not started.",
            "See `/api/v1/accounts`: what the account can do, and why it is down.",
        ),
        ProblemKind(
            "JOURNAL_UNAVAILABLE",
            503,
            "The journal cannot be used; nothing was taken.",
            "The journal's file cannot be written or read now: a full disk, a disk that fails. "
            "Without it nothing is taken.",
            "Send it again after `Retry-After`, with the same id or key. Whoever runs the service: "
            "see its log and the disk.",
        ),
        ProblemKind(
            "VENUE_UNAVAILABLE",
            502,
            "The venue could not be asked.",
            "The venue gave no quote; this says nothing of any order.",
            "Ask again later; `/api/v1/accounts` tells which accounts are up.",
        ),
        ProblemKind(
            "INTERNAL_ERROR",
            500,
            "fillgate failed; its log says more.",
            "Something unforeseen went wrong. A signal may have been taken all the same.",
            "Look the signal up in `/api/v1/signals` before anything else; with an id or a key it "
            "is safe to send it again. Report it with the lines of the log.",
        ),
    ),
)
