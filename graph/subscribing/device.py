from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """What a subscription is read on."""

    type: str | None = None
    model: str | None = None
    os: str | None = None
    os_version: str | None = None
    app_id: str | None = None
    app_version: str | None = None
    language: str | None = None

    def properties(self) -> dict[str, str | None]:
        """By their names in the graph."""
        return {
            "deviceType": self.type,
            "deviceModel": self.model,
            "deviceOs": self.os,
            "deviceOsVersion": self.os_version,
            "deviceAppId": self.app_id,
            "deviceAppVersion": self.app_version,
            "deviceLanguage": self.language,
        }
