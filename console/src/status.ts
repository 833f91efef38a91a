/** What is known of the key and of the gateway, mostly from the gateway's last answer. */
export const Access = {
  NO_KEY: "NO_KEY",
  CHECKING: "CHECKING",
  ACCEPTED: "ACCEPTED",
  REFUSED: "REFUSED",
  UNSENDABLE: "UNSENDABLE",
  UNAVAILABLE: "UNAVAILABLE",
  UNREACHABLE: "UNREACHABLE",
} as const;
export type Access = (typeof Access)[keyof typeof Access];

/** The one WebSocket of this page. It is opened by the first live operation and closed after the last. */
export const Socket = {
  IDLE: "IDLE",
  CONNECTING: "CONNECTING",
  CONNECTED: "CONNECTED",
  RECONNECTING: "RECONNECTING",
  LOST: "LOST",
} as const;
export type Socket = (typeof Socket)[keyof typeof Socket];
