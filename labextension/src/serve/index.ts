import "./serve.css";
import "./form.css";
import "./output.css";
import { show } from "./view.ts";

export default { show };
