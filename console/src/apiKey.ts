const PLACE = "customer-graph:api-key";

/** The key lives as long as the browser tab: never on disk, never in a URL. */
export function rememberedKey(): string {
  return sessionStorage.getItem(PLACE) ?? "";
}

export function rememberKey(key: string): void {
  sessionStorage.setItem(PLACE, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(PLACE);
}

/** A header can carry nothing else, and fetch would only say so with a puzzling TypeError. */
export function isSendable(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}
