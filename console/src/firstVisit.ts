import { EXAMPLES } from "./examples";

/**
 * GraphiQL fills its editors from what was stored on the last visit, and on a first visit from the first tab's query,
 * but not from that tab's variables. So a first visit gets something stored.
 */
export function prepareFirstVisit(storage: Storage): void {
  const first = EXAMPLES[0];
  if (first === undefined || storage.getItem("graphiql:tabState") !== null) return;
  storage.setItem("graphiql:query", first.query ?? "");
  storage.setItem("graphiql:variables", first.variables ?? "");
}
