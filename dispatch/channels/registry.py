from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.accounts import Accounts
from dispatch.channels.apns import ApnsSender
from dispatch.channels.channel import ChannelProviders, ChannelSender, HookReader
from dispatch.channels.email import EmailSender
from dispatch.channels.fcm import FcmSender
from dispatch.channels.telegram import TelegramSender
from dispatch.channels.twilio import TwilioSender
from dispatch.channels.viber import ViberSender
from dispatch.channels.web_push import WebPushSender
from dispatch.channels.webhook import WebhookSender
from dispatch.channels.whatsapp import WhatsappSender
from dispatch.handovers import Handovers
from dispatch.pacing import Bucket, Pace
from dispatch.resource_pacing import ResourcePaces
from dispatch.settings import DispatchSettings
from graph.vocabulary import Channel

# A channel is added by its file and one line here.
CHANNELS: Final[Mapping[Channel, ChannelProviders]] = MappingProxyType(
    {
        Channel.EMAIL: ChannelProviders("SMTP_URL", {"smtp": EmailSender.from_url, "smtps": EmailSender.from_url}),
        Channel.SMS: ChannelProviders("SMS_URL", {"twilio": TwilioSender.from_url}),
        Channel.WEB_PUSH: ChannelProviders("WEB_PUSH_URL", {"vapid": WebPushSender.from_url}),
        Channel.MOBILE_PUSH: ChannelProviders(
            "MOBILE_PUSH_URL", {"fcm": FcmSender.from_url, "apns": ApnsSender.from_url}
        ),
        Channel.TELEGRAM: ChannelProviders("TELEGRAM_URL", {"telegram": TelegramSender.from_url}),
        Channel.WHATSAPP: ChannelProviders("WHATSAPP_URL", {"whatsapp": WhatsappSender.from_url}),
        Channel.VIBER: ChannelProviders("VIBER_URL", {"viber": ViberSender.from_url}),
        Channel.WEBHOOK: ChannelProviders("WEBHOOK_URL", {"webhook": WebhookSender.from_url}),
    }
)
_PLAIN: Final = "+http"
_log: Final = logging.getLogger(__name__)


def configured(settings: DispatchSettings) -> tuple[Channel, ...]:
    """The channels for which the settings name an account."""
    return tuple(channel for channel, providers in CHANNELS.items() if settings.urls.get(providers.variable))


def senders(channel: Channel, settings: DispatchSettings) -> tuple[ChannelSender, ...]:
    """The accounts of a channel, in order. Raises ValueError that names the variable which is missing or wrong."""
    return tuple(sender for sender, _ in _opened(channel, settings))


def accounts(channel: Channel, settings: DispatchSettings, handovers: Handovers | None = None) -> Accounts:
    """They count in `handovers` what they say. Raises ValueError as `senders` does."""
    opened = _opened(channel, settings)
    buckets = {
        sender.provider: Bucket.open(
            settings.redis_url, f"{channel.lower()}:{sender.provider}", pace, settings.lease_ms
        )
        for sender, pace in opened
        if pace is not None
    }
    resources = ResourcePaces.open(settings.redis_url, settings.lease_ms)
    return Accounts.of([sender for sender, _ in opened], buckets, handovers, resources, lease_ms=settings.lease_ms)


def _opened(channel: Channel, settings: DispatchSettings) -> tuple[tuple[ChannelSender, Pace | None], ...]:
    providers = CHANNELS[channel]
    urls = settings.urls.get(providers.variable, ())
    if not urls:
        raise ValueError(f"{providers.variable} is not set, so nothing can be sent on {channel}")
    opened = tuple(_paced_sender(url, providers, settings.lease_ms) for url in urls)
    names = [sender.provider for sender, _ in opened]
    if len(set(names)) < len(names):
        raise ValueError(f"{providers.variable} names two accounts alike: give each the option account")
    return opened


def _paced_sender(url: str, providers: ChannelProviders, lease_ms: int) -> tuple[ChannelSender, Pace | None]:
    """How fast an account may send is the same for every provider, so none of them hears of it."""
    rest, pace = Pace.taken_off(url, providers.variable)
    return _sender(rest, providers, lease_ms), pace


def hook_readers(settings: DispatchSettings) -> dict[tuple[Channel, str], HookReader]:
    """The accounts whose providers call back, by channel and name.

    A channel whose accounts cannot be opened here has none: a gateway need not have the keys that a worker sends with.
    """
    found: dict[tuple[Channel, str], HookReader] = {}
    for channel in configured(settings):
        try:
            opened = senders(channel, settings)
        except ValueError as error:
            _log.warning("the providers of %s cannot call back here: %s", channel, error)
            continue
        found.update({(channel, each.provider): each for each in opened if isinstance(each, HookReader)})
    return found


def _sender(url: str, providers: ChannelProviders, lease_ms: int) -> ChannelSender:
    scheme = url.partition(":")[0].lower().removesuffix(_PLAIN)
    opener = providers.openers.get(scheme)
    if opener is None:
        schemes = " or ".join(f"{each}://" for each in sorted(providers.openers))
        raise ValueError(f"{providers.variable} must begin with {schemes}")
    return opener(url, providers.variable, lease_ms)
