import assert from "node:assert/strict";
import { afterEach, beforeEach, it, mock } from "node:test";
import { PanelClient } from "../src/panel/client.ts";
import type { Changed } from "../src/panel/messages.ts";
import { PanelKernel } from "./panel-kernel.ts";
import { examplesIn } from "./wire.ts";

const REAL = globalThis.fetch;
const NAMES = { columns: [], experiments: [], read_only: false };
const TEXT = { text: "", caret: 0 };
interface Web {
  asked: { address: string; headers: Record<string, string>; body: string }[];
  /** What the server says: a result by the kind of request, or an HTTP status. */
  says: Record<string, object> | number;
}
const web: Web = { asked: [], says: {} };
const open = new Set<AbortController>();

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  web.asked = [];
  web.says = {};
  jupyter({ baseUrl: "/user/ada/", token: "secret" });
  // biome-ignore lint/suspicious/noDocumentCookie: the page of the tests has no other way
  document.cookie = "_xsrf=2|a|b";
  globalThis.fetch = ((
    address: URL,
    { headers, body }: { headers: Record<string, string>; body: string },
  ) => {
    web.asked.push({ address: address.href, headers, body });
    const { id, kind } = JSON.parse(body).request;
    return typeof web.says === "number"
      ? Promise.resolve({ ok: false, status: web.says })
      : Promise.resolve({
          ok: true,
          status: 200,
          json: () => Promise.resolve({ id, ok: true, result: (web.says as Record<string, object>)[kind] }),
        });
  }) as unknown as typeof fetch;
});

afterEach(() => {
  for (const gone of open) {
    gone.abort();
  }
  open.clear();
  mock.timers.reset();
  globalThis.fetch = REAL;
});

function jupyter(config: object | null): void {
  document.querySelector("#jupyter-config-data")?.remove();
  if (config !== null) {
    const told = document.createElement("script");
    told.id = "jupyter-config-data";
    told.type = "application/json";
    told.textContent = JSON.stringify(config);
    document.body.append(told);
  }
}

/** A view's requests, with what it hears. */
function made(store = "/home/ada/.nbtrack") {
  const kernel = new PanelKernel({ _place: { store, file: "7", only: null } });
  const gone = new AbortController();
  open.add(gone);
  const requests = new PanelClient(kernel, gone.signal);
  const heard: { waiting: boolean[]; changed: Changed[] } = { waiting: [], changed: [] };
  requests.onWaiting = (waiting) => heard.waiting.push(waiting);
  requests.onChanged = (changed) => heard.changed.push(changed);
  const kinds = () => kernel.sent.map(({ kind }) => kind);
  return { kernel, requests, heard, kinds };
}

/** Let so many milliseconds go by, and what they bring be dealt with. */
async function pass(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  await new Promise((done) => {
    setImmediate(done);
  });
}

const at = (kind: string) => web.asked.filter(({ body }) => JSON.parse(body).request.kind === kind).length;

/** Have the server answer what the kernel does not. */
async function busy() {
  const all = made();
  web.says = { names: NAMES, complete: { start: 0, end: 0, options: [] }, changes: { clock: 5 } };
  const first = all.requests.ask("names", {});
  await pass(150);
  assert.deepEqual(await first, NAMES);
  return all;
}

it("a kernel that answers or says that it works is left alone", async () => {
  const { kernel, requests, heard } = made();
  const quick = requests.ask("names", {});
  await pass(149);
  kernel.tell("msg:custom", { id: kernel.last("names").id, ok: true, result: NAMES });
  await quick;
  const slow = requests.ask("names", {});
  kernel.tell("msg:custom", { id: kernel.last("names").id, accepted: true });
  await pass(1999);
  assert.deepEqual([web.asked, heard.waiting], [[], []]);
  kernel.tell("msg:custom", { id: kernel.last("names").id, ok: true, result: NAMES });
  await slow;
});

it("what a kernel has begun is not begun again where there is no server", async () => {
  web.says = 500;
  const { kernel, requests, kinds } = made();
  const slow = requests.ask("names", {});
  kernel.tell("msg:custom", { id: kernel.last("names").id, accepted: true });
  await pass(2000);
  assert.deepEqual([web.asked.length, kinds()], [1, ["names"]]);
  kernel.tell("msg:custom", { id: kernel.last("names").id, ok: true, result: NAMES });
  await slow;
});

it("what a kernel has begun and is kept from by a cell, the server answers", async () => {
  const { kernel, requests, kinds } = made();
  web.says = { names: NAMES };
  const slow = requests.ask("names", {});
  kernel.tell("msg:custom", { id: kernel.last("names").id, accepted: true });
  await pass(2000);
  assert.deepEqual(await slow, NAMES);
  void requests.ask("names", {});
  assert.deepEqual(kinds(), ["names", "names"], "it is heard of");
});

it("the server is asked as JupyterLab asks it, with what the kernel would know", async () => {
  const { kernel } = await busy();
  const [{ address, headers, body } = { address: "", headers: {}, body: "" }] = web.asked;
  assert.equal(address, "https://hub.example.org/user/ada/nbtrack/api/ask");
  assert.equal(headers["Authorization"], "token secret");
  assert.equal(headers["X-XSRFToken"], "2|a|b");
  assert.deepEqual(JSON.parse(body), {
    store: "/home/ada/.nbtrack",
    file: "7",
    only: null,
    read_only: false,
    request: kernel.last("names"),
  });
});

it("once the server has answered, the kernel is not asked until some time after its word", async () => {
  const { kernel, requests, kinds, heard } = await busy();
  await requests.ask("complete", TEXT);
  await requests.ask("complete", TEXT);
  assert.deepEqual(kinds(), ["names"], "nothing is queued");
  kernel.tell("msg:custom", { kind: "changed", clock: 3, views: {} });
  await requests.ask("complete", TEXT);
  assert.deepEqual(kinds(), ["names"], "what a thread pushes is no answer");
  kernel.tell("msg:custom", { id: kernel.last("names").id, ok: true, result: NAMES });
  await pass(2999);
  await requests.ask("complete", TEXT);
  assert.deepEqual(kinds(), ["names"], "it was a late one");
  await pass(1);
  const last = requests.ask("complete", TEXT);
  assert.deepEqual(kinds(), ["names", "complete"]);
  kernel.tell("msg:custom", { id: kernel.last("complete").id, ok: true, result: { options: [1] } });
  assert.deepEqual((await last).options, [1]);
  await pass(5000);
  assert.deepEqual([at("complete"), at("changes"), heard.waiting], [4, 1, []]);
});

it("what changes something waits for the kernel, and the panel says so as long as it does", async () => {
  const { kernel, requests, heard } = await busy();
  const deleted = requests.ask("delete", { ids: ["a"] });
  void requests.ask("remember", { filter: "" }, { quiet: true });
  await pass(0);
  assert.deepEqual(heard.waiting, [true]);
  await requests.ask("names", {});
  await pass(2000);
  assert.deepEqual(heard.waiting, [true]);
  assert.equal(at("delete") + at("remember"), 0);
  kernel.tell("msg:custom", { id: kernel.last("delete").id, ok: true, result: { count: 1 } });
  assert.deepEqual(await deleted, { count: 1 });
  assert.deepEqual(heard.waiting, [true, false]);
});

for (const [status, again] of [
  [404, false],
  [403, false],
  [500, true],
  [409, true],
  [410, true],
] as const) {
  it(`a server that says ${status} is ${again ? "asked the next time" : "not asked again"}`, async () => {
    web.says = status;
    const { kernel, requests, heard } = made(`/store-${status}`);
    const first = requests.ask("names", {});
    await pass(150);
    assert.deepEqual([web.asked.length, heard.waiting], [1, []]);
    await pass(850);
    assert.deepEqual(heard.waiting, [true]);
    kernel.tell("msg:custom", { id: kernel.last("names").id, ok: true, result: NAMES });
    await first;
    assert.deepEqual(heard.waiting, [true, false]);
    const { requests: other } = made(`/store-${status}`);
    void other.ask("names", {});
    await pass(999);
    assert.equal(web.asked.length, again ? 2 : 1);
  });
}

it("a server that has no answer any more hands back to the kernel", async () => {
  const { kernel, requests, kinds, heard } = await busy();
  web.says = 500;
  const late = requests.ask("complete", TEXT);
  await pass(0);
  assert.deepEqual(kinds(), ["names", "complete"]);
  await pass(1000);
  assert.deepEqual(heard.waiting, [true]);
  kernel.tell("msg:custom", { id: kernel.last("complete").id, ok: true, result: { options: [] } });
  await late;
  assert.deepEqual(heard.waiting, [true, false]);
});

for (const config of [null, { token: "x" }, { baseUrl: "https://elsewhere.example.org/" }]) {
  it(`a page of ${JSON.stringify(config)} has no server to ask`, async () => {
    jupyter(config);
    const { requests, heard } = made("/other");
    void requests.ask("names", {});
    await pass(999);
    assert.deepEqual([web.asked, heard.waiting], [[], []]);
    await pass(1);
    assert.deepEqual(heard.waiting, [true]);
  });
}

it("changes are looked for every second while the page is seen, and told once", async () => {
  const { kernel, heard } = await busy();
  await pass(1000);
  assert.deepEqual(heard.changed, [{ kind: "changed", clock: 5, views: {} }]);
  kernel.tell("msg:custom", { kind: "changed", clock: 5, views: {} });
  await pass(1000);
  assert.deepEqual([at("changes"), heard.changed.length], [2, 1], "it was the same");
  kernel.tell("msg:custom", examplesIn("replies.json").changed.valid[1]);
  web.says = { changes: { clock: 8 } };
  await pass(1000);
  assert.deepEqual(
    heard.changed.map(({ clock }) => clock),
    [5, 8],
  );
  Object.defineProperty(document, "visibilityState", { configurable: true, value: "hidden" });
  await pass(3000);
  await pass(3000);
  assert.equal(at("changes"), 3);
  Reflect.deleteProperty(document, "visibilityState");
  await pass(1000);
  assert.equal(at("changes"), 4);
  kernel.tell("msg:custom", { id: kernel.last("names").id, ok: true, result: NAMES });
  await pass(3000);
  const last = at("changes");
  await pass(3000);
  assert.equal(at("changes"), last, "a kernel that answers pushes");
});
