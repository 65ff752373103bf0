/** The script of the views, which a page loads when the user opens the first of them. */
import "../../compare/compare.css";
import "../../compare/code.css";
import "../../runpage/runpage.css";
import "./workspace.css";
import { show } from "./show.ts";

export default { show };
