"use strict";
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Tells the front end's files, which are built before the extension, from those of another version; as `bundle.py` does. */
function build() {
  const folder = join(__dirname, "../nbtrack/widgets/static");
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) {
    if (/\.(?:css|js)$/u.test(name)) {
      hash.update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

// The extension's TypeScript goes into the bundle as it is: `npm run typecheck` is what checks it.
module.exports = {
  module: {
    rules: [
      {
        test: /\.ts$/u,
        loader: "builtin:swc-loader",
        options: {
          jsc: {
            parser: { syntax: "typescript" },
            target: "es2022",
            transform: {
              optimizer: { globals: { vars: { NBTRACK_BUILD: JSON.stringify(build()) } } },
            },
          },
        },
      },
    ],
  },
};
