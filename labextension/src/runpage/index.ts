import "../plot/plot.css";
import "../curves/curves.css";
import "./runpage.css";
import { show } from "./view.ts";

export default { show };
