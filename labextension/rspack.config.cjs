"use strict";
// The extension's TypeScript goes into the bundle as it is: `npm run typecheck` is what checks it.
module.exports = {
  module: {
    rules: [
      {
        test: /\.ts$/u,
        loader: "builtin:swc-loader",
        options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
      },
    ],
  },
};
