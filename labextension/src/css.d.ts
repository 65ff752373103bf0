// esbuild puts a module's CSS beside the bundle.
declare module "*.css";
