import type { FetcherParams } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";

import { Access } from "./status";

export const ENDPOINT = "/graphql";

/** A plain message in the place where answers are shown: an Error object would be shown with its stack. */
export function complaint(message: string): ExecutionResult {
  return { errors: [{ message }] } as unknown as ExecutionResult;
}

function accessAfter(status: number): Access {
  if (status === 401) return Access.REFUSED;
  if (status === 502 || status === 503 || status === 504) return Access.UNAVAILABLE;
  return Access.ACCEPTED;
}

async function answerOf(response: Response): Promise<ExecutionResult> {
  try {
    return (await response.json()) as ExecutionResult;
  } catch {
    return complaint(`The gateway answered with status ${response.status} and no JSON.`);
  }
}

/** Never throws: what went wrong is told by the answer and by `report`. */
export async function post(
  params: FetcherParams,
  key: string,
  report: (access: Access) => void,
): Promise<ExecutionResult> {
  let response: Response;
  try {
    response = await fetch(ENDPOINT, {
      method: "POST",
      headers: {
        accept: "application/graphql-response+json, application/json",
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(params),
      cache: "no-store",
      credentials: "omit",
    });
  } catch {
    report(Access.UNREACHABLE);
    return complaint("The gateway cannot be reached.");
  }
  report(accessAfter(response.status));
  return answerOf(response);
}
