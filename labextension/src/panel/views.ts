/** The script that a page loads when the first view beside the table is looked at. */
import "../compare/compare.css";
import "../compare/code.css";
import "../runpage/runpage.css";
import { show } from "./beside.ts";
import type { Views } from "./viewscript.ts";

export default { show } satisfies Pick<Views, "show">;
