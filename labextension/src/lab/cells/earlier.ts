import { firstPanel, type Host, post, refusalOf } from "../../kernel/host.ts";
import { isAnswer, isObject } from "../../kernel/replies.ts";
import type { Mark } from "./mark.ts";

/** What is asked of the Jupyter server about the runs of a cell, when somebody wants an earlier one's code. */

/** Runs that are offered. */
const MAX_RUNS = 12;

/** Where the store is, as the server says it. */
interface Place {
  store: string;
  file: string;
  only: null;
}

/** One run of a cell. */
export interface Earlier {
  run: string;
  name: string;
  status: string;
  /** Its metric as a number, where it has one. */
  value: number | null;
  /** In seconds since 1970. */
  started: number | null;
}

/** The runs of a cell, newest first, and where they are. */
export interface Found {
  place: Place;
  runs: Earlier[];
}

/** Return the filter that finds the runs of a cell. */
export function filterOf(lineage: string): string {
  return `lineage = '${lineage}'`;
}

/** Return the folder in which a store is, relative to the server's root; `folder` is the notebook's. */
export function storeFolder(folder: string, store: string | null): string {
  const parts = (store ?? "").split("/");
  const path = folder.split("/").filter((part) => part !== "");
  if (parts.at(-1) !== ".nbtrack") {
    return folder;
  }
  for (const part of parts.slice(0, -1)) {
    if (part === "..") {
      // Above the root nothing can be named, but the server looks for stores upwards.
      if (path.pop() === undefined) {
        return folder;
      }
    } else if (part !== "." && part !== "") {
      path.push(part);
    }
  }
  return path.join("/");
}

/** Return the runs of a cell; null where the folder has no store. Rejects with what the server says. */
export async function findRuns(host: Host, folder: string, mark: Mark): Promise<Found | null> {
  const response = await firstPanel(host, folder);
  const reply: unknown = await response.json();
  if (!response.ok) {
    throw new Error(refusalOf(reply, response));
  }
  const place = isObject(reply) ? reply["_place"] : null;
  if (!isPlace(place)) {
    return null;
  }
  const metric = mark.metric === null ? [] : [`metrics.${mark.metric.name}`];
  const rows = await ask(host, place, {
    kind: "window",
    filter: filterOf(mark.lineage ?? ""),
    order_by: ["start_time DESC"],
    experiments: null,
    deleted: false,
    columns: ["name", "status", "start_time", ...metric],
    offset: 0,
    limit: MAX_RUNS,
    first: [],
  });
  return { place, runs: runsIn(rows, metric[0]) };
}

/** Return the code of a run's cell, or null where it has none that is whole. */
export async function codeOf(host: Host, place: Place, run: string): Promise<string | null> {
  const { page } = await ask(host, place, { kind: "run", run });
  const code = isObject(page) ? page["code"] : null;
  const cell = isObject(code) ? code["cell"] : null;
  return isObject(cell) && cell["left"] === 0 && typeof cell["text"] === "string" ? cell["text"] : null;
}

async function ask(host: Host, place: Place, request: object): Promise<Record<string, unknown>> {
  const about = { place, read_only: true };
  const { signal } = new AbortController();
  const response = await post(host, about, { id: "cells", ...request }, { address: "ask", signal });
  const reply: unknown = await response.json();
  if (isAnswer(reply) && reply.ok) {
    return reply.result;
  }
  throw new Error(refusalOf(reply, response));
}

function isPlace(value: unknown): value is Place {
  return isObject(value) && typeof value["store"] === "string" && typeof value["file"] === "string";
}

function runsIn({ ids, columns }: Record<string, unknown>, metric: string | undefined): Earlier[] {
  const values = (name: string, at: number): unknown => {
    const column = isObject(columns) ? columns[name] : null;
    return Array.isArray(column) ? column[at] : null;
  };
  return (Array.isArray(ids) ? ids : []).map((run, at) => ({
    run: String(run),
    name: String(values("name", at) ?? ""),
    status: String(values("status", at) ?? ""),
    value: numberOr(metric === undefined ? null : values(metric, at)),
    started: numberOr(values("start_time", at)),
  }));
}

function numberOr(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
