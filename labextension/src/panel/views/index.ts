/** The script of the views, which a page loads when the user opens the first of them. */
import "../../compare/compare.css";
import "../../compare/code.css";
import "../../runpage/runpage.css";
import "./workspace.css";
import { drawKeys } from "./keys.ts";
import { show } from "./show.ts";
import { drawTagging } from "./tagging.ts";

export default { show, drawKeys, drawTagging };
