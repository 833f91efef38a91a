"""What Twilio's error dictionary says of text messages, and what becomes of a message with each."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.outcome import Deferred, Outcome, Refused


@dataclass(frozen=True, slots=True)
class TwilioError:
    code: int
    status: int
    text: str


# Number, HTTP status and text of Twilio's error dictionary, under what becomes of the message.
_DEAD = """
21211 400 Invalid 'To' Phone Number
21217 400 Phone number does not appear to be valid
21265 400 'To' number cannot be a Short Code
21268 400 'To' number cannot be a premium or information service number
21614 400 'To' number is not a valid mobile number
21635 400 'To' number cannot be a landline
30005 400 Unknown destination handset
30006 400 Landline or unreachable carrier
"""
_STOPPED = """
21610 400 Attempt to send to unsubscribed recipient
"""
_REFUSED = """
20422 400 Invalid Parameter
21214 400 'To' phone number cannot be reached
21216 400 Blocked by Twilio blocklist
21266 400 'To' and 'From' numbers cannot be the same
21408 403 Permission to send an SMS has not been enabled for the region indicated by the 'To' number
21602 400 Message body is required
21604 400 The destination 'To' phone number is required to send an SMS
21605 400 Maximum body length is 160 characters (old API endpoint)
21612 400 The 'To' phone number is not currently reachable via SMS
21617 400 The concatenated message body exceeds the 1600 character limit
21618 400 The message body cannot be sent
21619 400 Unable to create record
21624 400 Invalid validity period value
21653 400 There are more recipient addresses than allowed
21658 400 Parameter exceeded character limit
30004 400 Message blocked
30007 400 Message filtered
30010 400 Message price exceeds max price
30012 400 TTL is too small
30013 400 TTL is too big
30014 400 'To' attributes are Invalid
30015 400 Non-supported channel type is used
30016 400 'To' and 'From' channel types are incompatible
30018 400 Destination carrier requires sender ID pre-registration
30019 400 Content size exceeds carrier limit
30044 400 Trial Message Length Exceeded
30400 400 Parameters are not valid
30450 400 Message delivery blocked
"""
_ELSEWHERE = """
10001 401 Account is not active
10002 403 Trial accounts do not support the feature you tried to use
20003 401 Permission Denied
20004 405 Method not allowed
20005 401 Account not active
20006 403 Access Denied
20008 403 Test Credentials
20010 403 Action disabled for account
20011 400 Invalid TLS version
20012 400 Invalid TLSv1.2 Cipher Suite
20403 403 403 Forbidden
20404 404 Not Found
20410 410 Gone
20423 400 Invalid SID
20426 426 Upgrade Required
20500 500 Internal Server Error
20503 503 Service unavailable
21212 400 Invalid From Number (caller ID)
21267 400 Alphanumeric Sender ID cannot be used as the 'From' number on trial accounts
21601 400 Phone number is not a valid SMS-capable inbound phone number
21603 400 A 'From' or 'MessagingServiceSid' parameter is required to send a message
21606 400 The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination
21607 400 The 'from' phone number must be the sandbox phone number for trial accounts
21608 400 The 'to' phone number provided is not yet verified for this account
21609 400 Invalid 'StatusCallback'
21611 429 This 'From' number has exceeded the maximum number of queued messages
21616 400 The 'From' number matches multiple numbers for your account
21657 400 The Sender ID is invalid
21659 400 'From' is not a Twilio phone number or Short Code country mismatch
21660 400 Mismatch between the 'From' number and the account
21661 400 'From' number is not SMS-capable
21701 400 The Messaging Service does not exist
21702 400 The Messaging Service is not available to send new messages
21703 400 The Messaging Service does not have a phone number available to send a message
21704 400 The Messaging Service contains no phone numbers
21705 400 The Messaging Service is invalid
21708 400 Alpha Sender ID Missing from the request
21709 400 Alpha Sender ID is Invalid or Not Authorized for this Messaging Service
21730 400 System under maintenance. Please try again later.
30001 400 Queue overflow
30002 400 Account suspended
30020 400 Internal Failure with Message Scheduling
30021 400 Internal Failure with messaging service orchestrator
30022 400 US A2P 10DLC - Rate Limits Exceeded
30023 400 US A2P 10DLC - Daily Message Cap Reached
30024 400 Numeric Sender ID Not Provisioned on Carrier
30027 400 US A2P 10DLC - T-Mobile Daily Message Limit Reached
30028 400 Invalid API version
30032 400 Toll-Free Number Has Not Been Verified
30033 400 US A2P 10DLC - Campaign Suspended
30034 400 US A2P 10DLC - Message from an Unregistered Number
30035 400 US A2P 10DLC - Message from a number still being configured
30036 400 Validity Period Expired
30404 400 Not Found
30500 400 Twilio Internal Error
63017 400 Rate limit exceeded
63038 429 Account exceeded the daily messages limit
"""
_LATER = """
14107 400 SMS send rate limit exceeded
20429 429 Too Many Requests
30003 400 Unreachable destination handset
30008 400 Unknown error
30017 400 Carrier network congestion
30410 400 Provider Timeout Error
"""


def _errors(table: str) -> list[TwilioError]:
    parts = [line.split(" ", 2) for line in table.strip().splitlines()]
    return [TwilioError(int(code), int(status), text) for code, status, text in parts]


ERRORS: list[tuple[TwilioError, Outcome]] = [
    *((each, Refused(f"{each.code} the number cannot take a text message", suppress=True)) for each in _errors(_DEAD)),
    *((each, Refused(f"{each.code} the person said STOP", opted_out=True)) for each in _errors(_STOPPED)),
    *((each, Refused(f"{each.code} this message cannot go to this number")) for each in _errors(_REFUSED)),
    *(
        (each, Deferred(f"{each.code} the account, its sender or Twilio itself cannot send", elsewhere=True))
        for each in _errors(_ELSEWHERE)
    ),
    *((each, Deferred(f"{each.code} it may work another time")) for each in _errors(_LATER)),
]
