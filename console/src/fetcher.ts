import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import {
  getIntrospectionQuery,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
} from "graphql";

import { complaint, post } from "./http";
import { openLive, type Reports, watch } from "./live";

export interface Connection {
  fetcher: Fetcher;
  close(): void;
}

// GraphiQL's own introspection leaves out @oneOf, without which the editor accepts inputs that the gateway refuses.
const INTROSPECTION = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true });

/**
 * Which operation is meant. GraphiQL finds out with a delay, so right after a change of tab the name it gives is that
 * of the tab before: a name that is not in the document does not count.
 */
function operationOf({ query, operationName }: FetcherParams): OperationDefinitionNode | null | undefined {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    // The gateway says best what is wrong with a document that does not parse.
    return undefined;
  }
}

/** One key, one connection: a new key gets a new one, which makes GraphiQL read the schema again. */
export function connect(key: string, report: Reports): Connection {
  if (!key) {
    return { fetcher: () => complaint("No API key is set."), close: () => undefined };
  }
  const live = openLive(key, report);
  return {
    fetcher: (params) => {
      if (params.operationName === "IntrospectionQuery") {
        return post({ ...params, query: INTROSPECTION }, key, report.access);
      }
      const operation = operationOf(params);
      const named = operation?.name ? { ...params, operationName: operation.name.value } : params;
      return operation?.operation === OperationTypeNode.SUBSCRIPTION
        ? watch(live, named)
        : post(named, key, report.access);
    },
    close: () => void live.dispose(),
  };
}
