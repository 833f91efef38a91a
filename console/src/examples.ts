import type { GraphiQLProps } from "graphiql";

type Tab = NonNullable<GraphiQLProps["defaultTabs"]>[number];
type Files = Record<string, string>;

const documents: Files = import.meta.glob("./examples/*.graphql", { eager: true, import: "default", query: "?raw" });
const variables: Files = import.meta.glob("./examples/*.json", { eager: true, import: "default", query: "?raw" });

/** The files in the order of their names; `1-x.json` holds the variables of `1-x.graphql`. */
export const EXAMPLES: Tab[] = Object.keys(documents)
  .sort()
  .map((path) => ({
    query: documents[path]?.trim() ?? null,
    variables: variables[path.replace(/graphql$/, "json")]?.trim() ?? null,
  }));
