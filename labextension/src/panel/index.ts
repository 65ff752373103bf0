import "./index.css";
import { show } from "./view.ts";

export default { show };
