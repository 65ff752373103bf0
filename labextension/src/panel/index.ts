import type { AnyWidget } from "@anywidget/types";
import "./index.css";
import type { Traits } from "./model.ts";
import { show } from "./view.ts";

export default {
  render({ model, el }) {
    const gone = new AbortController();
    show(model, el, gone.signal);
    return () => {
      gone.abort();
      // The notebook may keep the element long after.
      el.replaceChildren();
    };
  },
} satisfies AnyWidget<Traits>;
