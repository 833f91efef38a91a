"""Reports in the shapes in which mail servers write them, composed by hand."""

from __future__ import annotations

from typing import Final

MESSAGE: Final = "msg_01JABCDEFG0123456789ABCDEF"
BOUNCES: Final = f"bounces+{MESSAGE}@example.com"
RETURNED: Final = f"""\
Return-Path: <shop@example.com>
From: The Shop <shop@example.com>
To: reader@example.org
Subject: Hello
Message-ID: <{MESSAGE}@example.com>
"""

POSTFIX: Final = """\
Return-Path: <>
Delivered-To: {to}
Received: by mx.example.net (Postfix) id 4F2A9; Fri, 27 Nov 2026 10:00:05 +0100 (CET)
Date: Fri, 27 Nov 2026 10:00:05 +0100 (CET)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F2A9.1795770005/mx.example.net"
Message-Id: <20261127090005.4F2A8@mx.example.net>

This is a MIME-encapsulated message.

--4F2A9.1795770005/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<reader@example.org>: host mail.example.org[192.0.2.7] said: {diagnostic}

--4F2A9.1795770005/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F2A9
X-Postfix-Sender: rfc822; bounces@example.com
Arrival-Date: Fri, 27 Nov 2026 10:00:01 +0100 (CET)

Final-Recipient: rfc822; reader@example.org
Original-Recipient: rfc822;reader@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; {diagnostic}

--4F2A9.1795770005/mx.example.net
Content-Description: Undelivered Message
Content-Type: message/rfc822

{returned}
Good day.
--4F2A9.1795770005/mx.example.net--
"""

EXIM: Final = """\
Return-path: <>
Envelope-to: {to}
Delivery-date: Fri, 27 Nov 2026 09:00:05 +0000
X-Failed-Recipients: reader@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example.net>
To: shop@example.com
Content-Type: multipart/report; report-type=delivery-status; boundary=1795770005-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vOabc-0003AD-Ga@exim.example.net>
Date: Fri, 27 Nov 2026 09:00:05 +0000

--1795770005-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1795770005-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; exim.example.net

Action: failed
Final-Recipient: rfc822;reader@example.org
Status: 5.0.0
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; {diagnostic}

--1795770005-eximdsn-1804289383
Content-type: text/rfc822-headers

{returned}
--1795770005-eximdsn-1804289383--
"""

EXCHANGE: Final = """\
From: Microsoft Outlook <MicrosoftExchange329e71ec@example.net>
To: <{to}>
Date: Fri, 27 Nov 2026 09:00:05 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_000_8f2d_"
Content-Language: en-US
Message-ID: <0f6a-8f2d@example.net>
In-Reply-To: <{message_id}@example.com>
Subject: Undeliverable: Hello
Auto-Submitted: auto-replied

--_000_8f2d_
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="_001_8f2d_"

--_001_8f2d_
Content-Type: text/plain; charset="us-ascii"

Your message to reader@example.org couldn't be delivered.
--_001_8f2d_
Content-Type: text/html; charset="us-ascii"

<p>Your message couldn't be delivered.</p>
--_001_8f2d_--

--_000_8f2d_
Content-Type: message/delivery-status

Reporting-MTA: dns;MBX1.example.net
Received-From-MTA: dns;mail.example.com
Arrival-Date: Fri, 27 Nov 2026 09:00:03 +0000

Final-Recipient: rfc822;reader@example.org
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound;
 Recipient reader@example.org not found by SMTP address lookup
X-Display-Name: A Reader

--_000_8f2d_
Content-Type: message/rfc822

{returned}
Good day.
--_000_8f2d_--
"""

GMAIL: Final = """\
Delivered-To: {to}
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example.net>
To: shop@example.com
Auto-Submitted: auto-replied
Subject: Delivery Status Notification ({kind})
References: <{message_id}@example.com>
In-Reply-To: <{message_id}@example.com>
Message-ID: <66a1.050a0220.gmr-mta@example.net>
Date: Fri, 27 Nov 2026 01:00:05 -0800 (PST)
Content-Type: multipart/report; boundary="000000000000c0ffee"; report-type=delivery-status

--000000000000c0ffee
Content-Type: multipart/related; boundary="000000000000c0ffee01"

--000000000000c0ffee01
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--000000000000c0ffee01--
--000000000000c0ffee
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example.net
Received-From-MTA: dns; shop@example.com
Arrival-Date: Fri, 27 Nov 2026 01:00:04 -0800 (PST)
X-Original-Message-ID: <{message_id}@example.com>

Final-Recipient: rfc822; reader@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org. (192.0.2.7, the server for the domain example.org.)
Diagnostic-Code: smtp; {diagnostic}
Last-Attempt-Date: Fri, 27 Nov 2026 01:00:04 -0800 (PST)

--000000000000c0ffee
Content-Type: message/rfc822

{returned}
----- Message truncated -----

--000000000000c0ffee--
"""

AMAZON: Final = """\
X-Original-To: {to}
Return-Path: <>
Date: Fri, 27 Nov 2026 09:00:05 +0000
From: MAILER-DAEMON@amazonses.example.net
To: shop@example.com
Message-ID: <0101-8f2d-000000@example.net>
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: multipart/report;
\tboundary="----=_Part_81_1.2";
\treport-type=delivery-status

------=_Part_81_1.2
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

An error occurred while trying to deliver the mail to the following recipients:
reader@example.org
------=_Part_81_1.2
Content-Type: message/delivery-status
Content-Transfer-Encoding: 7bit

Reporting-MTA: dns; a27-38.smtp-out.example.net

Action: failed
Final-Recipient: rfc822; reader@example.org
Diagnostic-Code: smtp; {diagnostic}
Status: {status}

------=_Part_81_1.2
Content-Type: message/rfc822

{returned}
Good day.
------=_Part_81_1.2--
"""

COMPLAINT: Final = """\
From: <abusedesk@example.net>
Date: Fri, 27 Nov 2026 09:00:05 +0000
Subject: FW: Hello
To: {to}
Message-ID: <abuse-1@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
 boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for a message from 192.0.2.1.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{mail_from}>
Original-Rcpt-To: <reader@example.org>
Received-Date: Thu, 26 Nov 2026 08:00:00 +0000
Source-IP: 192.0.2.1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

{returned}
Good day.
--part1_13d.2e68ed54_boundary--
"""


def written(shape: str, **words: str) -> bytes:
    """The mail as it comes, with what is not said as it usually is."""
    usual = {
        "to": BOUNCES,
        "message_id": MESSAGE,
        "action": "failed",
        "status": "5.1.1",
        "diagnostic": "550 5.1.1 <reader@example.org>: unknown",
        "returned": RETURNED,
        "kind": "abuse",
        "mail_from": BOUNCES,
    }
    return shape.format(**{**usual, **words}).replace("\n", "\r\n").encode()
