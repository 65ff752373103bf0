"use strict";
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Tells the side panel's files, which are built before the extension, from those of another version. */
function sideBuild() {
  const hash = createHash("sha256");
  for (const name of ["side.js", "side.css"]) {
    hash.update(readFileSync(join(__dirname, "../nbtrack/widgets/static", name)));
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
              optimizer: { globals: { vars: { NBTRACK_SIDE_BUILD: JSON.stringify(sideBuild()) } } },
            },
          },
        },
      },
    ],
  },
};
