import { Client } from "../kernel/client.ts";
import { Server } from "../kernel/server.ts";
import { PANEL_READS, type PanelRequests, type PanelResults } from "../wire.ts";
import { Changes } from "./changes.ts";
import { type Changed, isChanged } from "./messages.ts";
import type { Model } from "./model.ts";

/** One view's requests to its panel, and the changes of the store that it hears of. */
export class PanelClient extends Client<PanelRequests, PanelResults> {
  /** Hears that the store has changed. */
  onChanged: ((changed: Changed) => void) | null = null;
  /** Hears that the kernel is lost, or another one there. */
  onLost: (() => void) | null = null;
  readonly server: Server;

  constructor(model: Model, signal: AbortSignal) {
    const about = () => ({ place: model.get("_place"), read_only: model.get("_read_only") });
    const server = new Server(about, signal);
    super(model, signal, { server, kinds: PANEL_READS });
    this.server = server;
    const changes = new Changes(
      server,
      () => this.nextId(),
      (changed) => this.onChanged?.(changed),
    );
    this.onBusy = (busy) => {
      changes.busy = busy;
    };
    this.onPush = (message) => {
      if (isChanged(message)) {
        changes.hear(message);
      }
    };
    const lost = () => {
      this.heard = false;
      this.onLost?.();
    };
    // The event is the widget manager's.
    model.on("comm_live_update", lost);
    signal.addEventListener("abort", () => model.off("comm_live_update", lost));
    signal.addEventListener("abort", () => model.send({ id: this.nextId(), kind: "bye" }));
  }
}
