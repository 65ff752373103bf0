/** Return a document's path. Some drives put their name before it. */
export function localPath(path: string): string {
  return path.slice(path.indexOf(":") + 1);
}

/** Return the folder that a document is in. */
export function folderOf(path: string): string {
  const local = localPath(path);
  return local.slice(0, Math.max(0, local.lastIndexOf("/")));
}
