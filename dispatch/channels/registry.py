from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from dispatch.channels.channel import ChannelSender
from dispatch.channels.email import EmailSender
from dispatch.settings import DispatchSettings
from graph.vocabulary import Channel

# A channel is added by its file and one line here.
CHANNELS: Final[Mapping[Channel, Callable[[DispatchSettings], ChannelSender]]] = MappingProxyType(
    {Channel.EMAIL: EmailSender.from_settings}
)
