import type { ReactNode } from "react";

import { Access } from "./status";

const HINTS: Partial<Record<Access, ReactNode>> = {
  NO_KEY: (
    <>
      No API key is set, so nothing can be asked yet. Paste the key that <code>customer-graph up</code> printed, or the
      one you gave it as <code>CUSTOMER_GRAPH_ADMIN_KEY</code>. It stays in this browser tab only.
    </>
  ),
  REFUSED: (
    <>
      The gateway refused this API key (401). Check it for a missing character, or make another with{" "}
      <code>customer-graph key</code>.
    </>
  ),
  UNSENDABLE: <>This cannot be an API key: a key has neither spaces nor letters outside ASCII.</>,
  UNAVAILABLE: (
    <>
      The gateway is up, but it cannot answer at the moment. <code>customer-graph doctor</code> says which part is
      missing.
    </>
  ),
  UNREACHABLE: (
    <>
      The gateway cannot be reached. Is <code>customer-graph up</code> still running?
    </>
  ),
};

export function Hint({ access }: { access: Access }) {
  const hint = HINTS[access];
  return (
    <div id="hint" role="alert" className="hint" data-state={access} hidden={hint === undefined}>
      {hint}
    </div>
  );
}
