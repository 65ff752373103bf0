import type { AnyWidget } from "@anywidget/types";
import "../plot/plot.css";
import "../curves/curves.css";
import "./runpage.css";
import type { Traits } from "./messages.ts";
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
